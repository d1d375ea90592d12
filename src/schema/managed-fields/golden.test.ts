import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonRecord } from '../../base/json.ts';
import { decodeObject } from '../decode.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { applyMergePatch } from '../patch/index.ts';
import { StatusError } from '../status.ts';
import { structNames, structOf } from '../structure.ts';
import type { StructInfo } from '../types.ts';
import { serverSideApply } from './server-side-apply.ts';
import { managedFieldsOfBody, trackUpdate } from './track-update.ts';

/** Replays recorded requests that need nothing but schema and managed fields: kinds without defaults and admission. */
const ROOT = '../shared/golden/cases';
const KINDS = new Set(['/v1/ConfigMap', '/v1/Secret', 'policy/v1/PodDisruptionBudget']);
const RESOURCES: Readonly<Record<string, string>> = {
  configmaps: '/v1/ConfigMap',
  secrets: '/v1/Secret',
  poddisruptionbudgets: 'policy/v1/PodDisruptionBudget',
};

interface Step {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly contentType?: string;
  readonly body?: JsonRecord;
  readonly looseMessage?: boolean;
  readonly expect?: { status: number; body?: JsonRecord & { metadata?: JsonRecord; message?: string } };
}

const structs = new Map<string, StructInfo>();
function structOfKind(kind: string): StructInfo {
  if (structs.size === 0) {
    for (const name of structNames()) for (const served of structOf(name).kinds) structs.set(served, structOf(name));
  }
  return structs.get(kind)!;
}

/** The part of a server this test needs: objects by path. */
class Replay {
  readonly #objects = new Map<string, KubeObject>();

  /** The stored object, or the failure; undefined when the step is beyond this test. */
  run(step: Step): KubeObject | StatusError | undefined {
    const resource = step.path.split('/').find((part) => part in RESOURCES);
    if (resource === undefined || step.body === undefined || !KINDS.has(RESOURCES[resource]!)) return undefined;
    const kind = RESOURCES[resource]!;
    const struct = structOfKind(kind);
    const [group, version, name] = kind.split('/') as [string, string, string];
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const reset = name === 'PodDisruptionBudget' ? [['status']] : [];
    const common = { struct, apiVersion, subresource: '', now: '2026-01-01T00:00:00Z', reset };
    const manager = step.query?.fieldManager ?? 'golden';
    const path = step.method === 'POST' ? `${step.path}/${String((step.body.metadata as JsonRecord).name)}` : step.path;
    const live = this.#objects.get(path) ?? null;
    try {
      if (step.method === 'PATCH' && step.contentType?.startsWith('application/apply-patch+yaml')) {
        const force = step.query?.force === 'true';
        const result = serverSideApply({
          ...common,
          kind: { group, version, kind: name },
          live,
          patch: step.body,
          manager,
          force,
        });
        const next = decodeObject(struct, result.object).object;
        next.metadata.managedFields = result.managedFields;
        return this.#store(path, next as KubeObject, step);
      }
      const json = step.method === 'PATCH' ? applyMergePatch(live ?? {}, step.body) : step.body;
      const after = decodeObject(struct, json).object;
      const requested = managedFieldsOfBody(json);
      after.metadata.managedFields = trackUpdate({ ...common, before: live, after, manager, requested });
      return this.#store(path, after as KubeObject, step);
    } catch (error) {
      if (error instanceof StatusError) return error;
      throw error;
    }
  }

  #store(path: string, object: KubeObject, step: Step): KubeObject {
    if (step.query?.dryRun === undefined) this.#objects.set(path, object);
    return object;
  }
}

const shape = (entries: readonly ManagedFieldsEntry[] | undefined): string[] =>
  (entries ?? []).map((entry) => canonicalJson({ ...entry, time: entry.time === undefined ? 'no' : 'yes' })).sort();

/** Expected statuses that other layers decide. */
const OTHER_LAYERS =
  /undeterminable|does not match|immutable|fieldManager|already exists|error decoding|force|not found|modified/;

describe.skipIf(!existsSync(ROOT))('recorded managedFields', () => {
  for (const area of ['apply', 'patches']) {
    for (const file of existsSync(ROOT) ? readdirSync(`${ROOT}/${area}`) : []) {
      const { steps } = JSON.parse(readFileSync(`${ROOT}/${area}/${file}`, 'utf8').replaceAll('{var.u}', '{uid1}')) as {
        steps: readonly Step[];
      };
      const relevant = (step: Step): boolean =>
        step.body === undefined ||
        step.method === 'POST' ||
        /^application\/(apply-patch\+yaml|merge-patch\+json)/.test(step.contentType ?? '');
      if (!steps.every(relevant) || !steps.some((step) => /configmaps|secrets|poddisruption/.test(step.path))) continue;
      it(`${area}/${file}`, () => {
        const replay = new Replay();
        steps.forEach((step, i) => {
          const expected = step.expect;
          if (expected !== undefined && expected.status >= 400 && OTHER_LAYERS.test(expected.body?.message ?? ''))
            return;
          if (step.query?.force !== undefined && step.method === 'POST') return;
          const actual = replay.run(step);
          if (actual === undefined || expected?.body === undefined) return;
          if (actual instanceof StatusError) {
            expect([i, actual.code]).toEqual([i, expected.status]);
            if (!expected.body.message?.startsWith('$')) expect(actual.message).toBe(expected.body.message);
            if (actual.status.details === undefined) return;
            const causes = (body: unknown): unknown =>
              (body as { details?: { causes?: { field: string }[] } }).details?.causes?.map((c) => c.field);
            expect(causes(actual.status)).toEqual(causes(expected.body));
            return;
          }
          expect([i, expected.status < 300]).toEqual([i, true]);
          expect([i, shape(actual.metadata.managedFields)]).toEqual([
            i,
            shape(expected.body.metadata?.managedFields as ManagedFieldsEntry[] | undefined),
          ]);
          if (expected.body.data !== undefined) expect(actual.data).toEqual(expected.body.data);
        });
      });
    }
  }
});
