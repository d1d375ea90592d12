import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clone, deepFreeze, isRecord } from '../base/json.ts';
import { DecodeError, decodeObject } from '../schema/decode.ts';
import { emptyToNull } from '../schema/empty-collections.ts';
import { FieldErrors, invalidStatus } from '../schema/field-errors.ts';
import type { Draft, KindDefinition, StrategyContext, UpdateStrategy } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import { applyMergePatch } from '../schema/patch/merge-patch.ts';
import { applyStrategicMerge } from '../schema/patch/strategic-merge.ts';
import { KINDS } from './index.ts';

/**
 * Recorded answers of a real server against strategies and validation alone: no HTTP, no admission, no metadata.
 * Fields that admission fills are left out of the comparison of pods.
 */
const CASES = fileURLToPath(new URL('../../../shared/golden/cases/', import.meta.url));
const present = existsSync(CASES);
const AREAS = ['defaults', 'validation', 'updates', 'subresources', 'tables'];
const MINE = new Set([
  'pods',
  'replicationcontrollers',
  'podtemplates',
  'statefulsets',
  'controllerrevisions',
  'deployments',
  'replicasets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'horizontalpodautoscalers',
  'poddisruptionbudgets',
]);
const UID = '11111111-2222-4333-8444-555555555555';
/** How the recordings write what differs from run to run. */
const placeholder = (name: string): string => `$\{${name}}`;
const NOW = Date.UTC(2026, 0, 1);
const TIME = /^20(2[5-9]|[3-9]\d)-\d\d-\d\dT[\d:.]+Z$/;

interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly compare?: boolean;
  readonly looseMessage?: boolean;
  readonly query?: Readonly<Record<string, string>>;
  readonly token?: string;
  // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
  readonly expect?: { readonly status: number; readonly body?: any; readonly headers?: Record<string, string[]> };
}

interface Target {
  readonly kind: KindDefinition;
  readonly name: string;
  readonly subresource: string;
}

const context: StrategyContext = {
  clock: { now: () => NOW, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }), defer: () => {} },
  random: { float: () => 0, bytes: (count) => new Uint8Array(count) },
  gates: {},
  user: { name: 'golden', groups: [] },
  dryRun: false,
  lookup: () => null,
};

function targetOf(path: string): Target | null {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/([^/]+))\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
    path,
  );
  if (match === null) return null;
  const [, group = '', version = 'v1', plural = '', name = '', subresource = ''] = match;
  const kind = KINDS.find((each) => each.group === group && each.version === version && each.plural === plural);
  return kind === undefined || !MINE.has(plural) ? null : { kind, name, subresource };
}

function decode(kind: KindDefinition, body: unknown): Draft {
  const { object } = decodeObject(kind.struct, body);
  emptyToNull(kind.struct, object);
  kind.defaults?.(object);
  return object;
}

class Refused extends Error {
  readonly status: unknown;
  constructor(status: unknown) {
    super('refused');
    this.status = status;
  }
}

function check(kind: KindDefinition, name: string, errors: FieldErrors): void {
  if (errors.list.length > 0) throw new Refused(invalidStatus(kind, name, errors.list).status);
}

function create(kind: KindDefinition, body: unknown): KubeObject {
  const draft = decode(kind, body);
  draft.metadata ??= {};
  draft.metadata.uid = UID;
  if (kind.kind === 'Pod') draft.spec.serviceAccountName ??= 'default';
  kind.create?.prepare?.(draft, context);
  const errors = new FieldErrors();
  const object = deepFreeze(draft) as KubeObject;
  kind.create?.validate?.(object, errors, context);
  check(kind, object.metadata.name ?? '', errors);
  return object;
}

function update(kind: KindDefinition, strategy: UpdateStrategy, body: unknown, old: KubeObject): KubeObject {
  const draft = decode(kind, body);
  draft.metadata ??= {};
  draft.metadata.uid = old.metadata.uid;
  strategy.prepare?.(draft, old, context);
  const errors = new FieldErrors();
  const object = deepFreeze(draft) as KubeObject;
  strategy.validate?.(object, old, errors, context);
  check(kind, object.metadata.name ?? '', errors);
  return object;
}

function bodyOf(step: Step, kind: KindDefinition, old: KubeObject): unknown {
  if (step.method === 'PUT') return step.body;
  if (step.contentType?.includes('strategic')) return applyStrategicMerge(old, step.body as never, kind.struct);
  return applyMergePatch(old, step.body as never);
}

function strategyOf(target: Target): UpdateStrategy | undefined {
  if (target.subresource === '') return target.kind.update ?? {};
  if (target.subresource === 'status') return target.kind.status;
  return target.kind.subresources?.[target.subresource]?.strategy;
}

const ADMITTED = ['tolerations', 'priority', 'preemptionPolicy', 'serviceAccount', 'serviceAccountName'];
const API_ACCESS = (entry: { name?: string }): boolean => !entry.name?.startsWith('kube-api-access-');

/** Takes out what admission adds, what other parts of the server fill, and times of the recording. */
// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
function comparable(object: any, isPod: boolean, withStatus: boolean): unknown {
  const copy = clone(object);
  const { labels, annotations, generation } = copy.metadata;
  copy.metadata = { labels, annotations, generation };
  if (!withStatus) delete copy.status;
  if (isPod && copy.spec !== undefined) {
    for (const name of ADMITTED) delete copy.spec[name];
    copy.spec.volumes = (copy.spec.volumes ?? []).filter(API_ACCESS);
    for (const list of ['containers', 'initContainers']) {
      for (const container of copy.spec[list] ?? []) {
        container.volumeMounts = (container.volumeMounts ?? []).filter(API_ACCESS);
      }
    }
  }
  return JSON.parse(
    JSON.stringify(copy, (_key, value) =>
      typeof value === 'string' && TIME.test(value) ? placeholder('time') : value,
    ).replaceAll(UID, placeholder('uid1')),
  );
}

function compareWarnings(kind: KindDefinition, object: KubeObject, step: Step): void {
  if (step.compare === false) return;
  const recorded = (step.expect?.headers?.warning ?? []).filter((line) => !line.includes('unknown field'));
  const given = (kind.create?.warnings?.(object, context) ?? []).map((line) => `299 - ${JSON.stringify(line)}`);
  expect(given).toEqual(recorded);
}

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
function compareTable(kind: KindDefinition, objects: readonly KubeObject[], table: any): void {
  const columns = kind.columns ?? [];
  expect(columns.map(({ name, type, format = '', priority = 0 }) => ({ name, type, format, priority }))).toEqual(
    // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
    table.columnDefinitions.map(({ description: _, ...column }: any) => column),
  );
  for (const [i, object] of objects.entries()) {
    const cells = columns.map(({ name, cell }) => {
      const value = cell(object, NOW);
      if (name === 'Age') return placeholder('age');
      return typeof value === 'string' ? value.replaceAll(UID, placeholder('uid1')) : value;
    });
    expect(cells).toEqual(table.rows[i].cells);
  }
}

function compare(actual: unknown, step: Step, isPod: boolean, ignored: readonly string[]): void {
  const expected = step.expect?.body;
  if (!isRecord(expected)) return;
  if (expected.kind === 'Status') {
    expect(actual).toMatchObject({ code: expected.code });
    const causes = (status: unknown): unknown =>
      ((status as { details?: { causes?: { reason: string; field: string }[] } }).details?.causes ?? []).map(
        (cause) => `${cause.reason} ${cause.field}`,
      );
    expect(causes(actual)).toEqual(causes(expected));
    if (expected.message !== placeholder('text'))
      expect((actual as { message: string }).message).toBe(expected.message);
    return;
  }
  const withStatus = !ignored.includes('/status');
  if (ignored.includes('/spec')) return;
  expect(comparable(actual, isPod, withStatus)).toEqual(comparable(expected, isPod, withStatus));
}

/** What this harness cannot know: other statuses, names that metadata validation refuses, decoding errors. */
function applicable(step: Step): boolean {
  const { status, body } = step.expect ?? { status: 201 };
  if (![200, 201, 422].includes(status)) return false;
  if (step.query?.fieldValidation === 'Maybe') return false;
  const causes: { field?: string }[] = body?.details?.causes ?? [];
  return !causes.some((cause) => cause.field?.startsWith('metadata.'));
}

function replay(steps: readonly Step[], ignored: readonly string[]): void {
  const stored = new Map<string, KubeObject>();
  for (const step of steps) {
    const target = targetOf(step.path);
    if (target === null || !applicable(step)) continue;
    const { kind } = target;
    const isPod = kind.kind === 'Pod';
    const key = (name: string): string => `${kind.group}/${kind.plural}/${name}`;
    let answer: unknown;
    try {
      if (step.method === 'POST' && target.name === '') {
        const object = create(kind, step.body);
        compareWarnings(kind, object, step);
        stored.set(key(object.metadata.name ?? ''), object);
        answer = object;
      } else if (step.method === 'PUT' || step.method === 'PATCH') {
        const old = stored.get(key(target.name));
        const strategy = strategyOf(target);
        if (old === undefined || strategy === undefined) continue;
        const object = update(kind, strategy, bodyOf(step, kind, old), old);
        stored.set(key(target.name), object);
        answer = object;
      } else if (step.method === 'GET' && step.expect?.body?.kind === 'Table') {
        compareTable(kind, [...stored.values()], step.expect.body);
        continue;
      } else continue;
    } catch (error) {
      if (error instanceof DecodeError) continue;
      if (!(error instanceof Refused)) throw error;
      answer = JSON.parse(JSON.stringify(error.status).replaceAll(UID, placeholder('uid1')));
    }
    if (step.compare !== false) compare(answer, step, isPod, ignored);
  }
}

function files(area: string): readonly string[] {
  return present ? readdirSync(`${CASES}${area}`).filter((file) => file.endsWith('.json')) : [];
}

describe.skipIf(!present)('recorded answers about kinds that run pods', () => {
  for (const area of AREAS) {
    for (const file of files(area)) {
      const text = readFileSync(`${CASES}${area}/${file}`, 'utf8');
      const recorded: { title: string; ignore?: string[]; steps: Step[] } = JSON.parse(text);
      if (!recorded.steps.some((step) => targetOf(step.path) !== null)) continue;
      it(`${area}/${file.replace('.json', '')}: ${recorded.title}`, () => {
        replay(recorded.steps, recorded.ignore ?? []);
      });
    }
  }
});
