import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deepFreeze, isRecord } from '../base/json.ts';
import { DecodeError, decodeObject } from '../schema/decode.ts';
import { emptyToNull } from '../schema/empty-collections.ts';
import { FieldErrors, invalidStatus } from '../schema/field-errors.ts';
import type { Draft, KindDefinition, StrategyContext, UpdateStrategy } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import { applyMergePatch } from '../schema/patch/merge-patch.ts';
import { StatusError } from '../schema/status.ts';
import { ServiceAllocator } from './core/service-allocation.ts';
import { KINDS } from './index.ts';
import type { Json } from './shared/json.ts';

/**
 * Recorded answers about the kinds that run no pods, against defaults, strategies, validation and the Service
 * allocator. Left out is what other parts of the server do: metadata, admission, decoding errors.
 */
const CASES = fileURLToPath(new URL('../../../shared/golden/cases/', import.meta.url));
const present = existsSync(CASES);
const AREAS = ['defaults', 'validation', 'updates', 'subresources', 'deletes'];
const ELSEWHERE = new Set(
  (
    'pods replicationcontrollers podtemplates statefulsets controllerrevisions deployments replicasets daemonsets jobs ' +
    'cronjobs horizontalpodautoscalers poddisruptionbudgets bindings'
  ).split(' '),
);
const NOW = Date.UTC(2026, 0, 1);
const context: StrategyContext = {
  clock: { now: () => NOW, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }), defer: () => {} },
  random: { float: () => 0, bytes: (count) => new Uint8Array(count) },
  gates: {},
  user: { name: 'golden', groups: [] },
  dryRun: false,
  lookup: () => null,
};
const PATH =
  /^\/(?:api\/v1|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/test(?=\/\w+(?:$|\/))(?!\/(?:finalize|status)$))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

interface Target {
  readonly kind: KindDefinition;
  readonly name: string;
  readonly subresource: string;
}

function targetOf(path: string): Target | null {
  const [, group = '', version = 'v1', plural = '', name = '', subresource = ''] = PATH.exec(path) ?? [];
  const kind = KINDS.find((each) => each.group === group && each.version === version && each.plural === plural);
  return kind === undefined || ELSEWHERE.has(plural) ? null : { kind, name, subresource };
}

/** One case's objects, and the requests that change them. */
class World {
  readonly #stored = new Map<string, KubeObject>();
  readonly #allocator = new ServiceAllocator();

  perform(step: Json, target: Target): unknown {
    const { kind, name, subresource } = target;
    const old = this.#stored.get(`${kind.plural}/${name}`);
    try {
      if (step.method === 'POST' && name === '') return this.#create(kind, step.body);
      if (old === undefined) return null;
      const body = step.method === 'PUT' ? step.body : step.method === 'PATCH' ? applyMergePatch(old, step.body) : null;
      const strategy =
        subresource === ''
          ? (kind.update ?? {})
          : subresource === 'status'
            ? kind.status
            : kind.subresources?.[subresource]?.strategy;
      return body === null || strategy === undefined ? null : this.#update(kind, strategy, body, old);
    } catch (error) {
      if (error instanceof DecodeError) return null;
      if (error instanceof StatusError) return error.status;
      throw error;
    }
  }

  #decode(kind: KindDefinition, body: unknown): Draft {
    const { object } = decodeObject(kind.struct, body);
    emptyToNull(kind.struct, object);
    kind.defaults?.(object);
    object.metadata ??= {};
    if (kind.namespaced) object.metadata.namespace = 'test';
    return object;
  }

  #create(kind: KindDefinition, body: unknown): KubeObject {
    const draft = this.#decode(kind, body);
    if (kind.status !== undefined && kind.keepsStatusOnCreate !== true) delete draft.status;
    if (kind.generation === true) draft.metadata.generation = 1;
    kind.create?.prepare?.(draft, context);
    if (kind.kind === 'Service') this.#allocator.allocate(draft, null);
    return this.#checked(kind, draft, (object, errors) => kind.create?.validate?.(object, errors, context));
  }

  #update(kind: KindDefinition, strategy: UpdateStrategy, body: unknown, old: KubeObject): KubeObject {
    const draft = this.#decode(kind, body);
    const main = strategy === kind.update;
    if (main && kind.status !== undefined) draft.status = old.status;
    if (old.metadata.generation !== undefined) draft.metadata.generation = old.metadata.generation;
    strategy.prepare?.(draft, old, context);
    if (kind.kind === 'Service' && main) this.#allocator.allocate(draft, old).commit();
    return this.#checked(kind, draft, (object, errors) => strategy.validate?.(object, old, errors, context));
  }

  #checked(
    kind: KindDefinition,
    draft: Draft,
    validate: (object: KubeObject, errors: FieldErrors) => void,
  ): KubeObject {
    const errors = new FieldErrors();
    const object = deepFreeze(JSON.parse(JSON.stringify(draft))) as KubeObject;
    validate(object, errors);
    const name = object.metadata.name ?? '';
    if (errors.list.length > 0) throw invalidStatus(kind, name, errors.list);
    this.#stored.set(`${kind.plural}/${name}`, object);
    return object;
  }
}

const RUN_VALUES: readonly (readonly [RegExp, string])[] = [
  [/"10\.96\.\d+\.\d+"|"\$\{ip\d\}"/g, '"<ip>"'],
  [/: ?3[0-2]\d{3}\b|: ?"\$\{nodePort\d\}"/g, ':"<port>"'],
  [/"20(2[5-9]|[3-9]\d)-\d\d-\d\dT[\d:.]+Z"|"\$\{time\}"/g, '"<time>"'],
];

/** Without what the strategies do not know, and with one name for what differs from run to run. */
function comparable(object: Json, ignored: readonly string[]): unknown {
  const { labels, annotations, generation } = object.metadata;
  let text = JSON.stringify({ ...object, metadata: { labels, annotations, generation } });
  for (const [pattern, name] of RUN_VALUES) text = text.replace(pattern, name);
  const copy = JSON.parse(text);
  for (const path of ignored) delete copy[path.slice(1)];
  return copy;
}

function compare(actual: Json, step: Json, ignored: readonly string[]): void {
  const expected = step.expect.body;
  if (expected.kind !== 'Status') {
    expect(comparable(actual, ignored)).toEqual(comparable(expected, ignored));
    return;
  }
  const causes = (status: Json): unknown =>
    (status.details?.causes ?? []).map((cause: Json) => `${cause.reason} ${cause.field}`);
  expect(causes(actual)).toEqual(causes(expected));
  if (step.looseMessage !== true) expect(actual.message).toBe(expected.message);
}

/** Kinds that judge their own names; other names are judged with the metadata. */
const NAMED = /customresourcedefinitions|priorityclasses/;

/** What this test can know: results and refusals of validation that are not about metadata or the request itself. */
function applicable({ expect: expected, query, path }: Json): boolean {
  if (expected === undefined) return true;
  if (![200, 201, 422].includes(expected.status) || query?.fieldValidation !== undefined) return false;
  const causes: readonly { field?: string }[] = expected.body?.details?.causes ?? [];
  return !causes.some(
    ({ field = '' }) => field.startsWith('metadata.') && !(field === 'metadata.name' && NAMED.test(path)),
  );
}

function replay({ steps, ignore = [] }: Json): void {
  const world = new World();
  for (const step of steps) {
    const target = targetOf(step.path);
    if (target === null || !applicable(step)) continue;
    const answer = world.perform(step, target);
    // The taint of a new Node comes from admission.
    if (answer === null || step.compare === false || !isRecord(step.expect?.body) || target.kind.kind === 'Node')
      continue;
    compare(answer, step, ignore);
  }
}

describe.skipIf(!present)('recorded answers about kinds that run no pods', () => {
  for (const area of present ? AREAS : []) {
    for (const file of readdirSync(CASES + area)) {
      const text = readFileSync(`${CASES}${area}/${file}`, 'utf8');
      const golden = JSON.parse(text.replace(/\$\{ns\}/g, 'test').replace(/\$\{id\}/g, 'id'));
      if (golden.steps.every((step: Json) => targetOf(step.path) === null)) continue;
      it(`${area}/${file.replace('.json', '')}`, () => replay(golden));
    }
  }
});
