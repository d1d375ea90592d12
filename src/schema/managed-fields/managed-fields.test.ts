import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepEqual, deepFreeze } from '../../base/json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { StatusError } from '../status.ts';
import { structOf } from '../structure.ts';
import { difference, type FieldSet, intersection, LEAF, pathsOf, recursiveDifference, union } from './field-set.ts';
import { LAST_APPLIED } from './last-applied.ts';
import { serverSideApply } from './server-side-apply.ts';
import { trackUpdate } from './track-update.ts';

const arbitrarySet: fc.Arbitrary<FieldSet> = fc.letrec<{ node: FieldSet; set: FieldSet }>((tie) => ({
  node: fc.oneof(
    { weight: 2, arbitrary: fc.constant(LEAF) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.boolean(), tie('set')).map(([own, set]) => (own ? { '.': LEAF, ...set } : set)),
    },
  ),
  set: fc.dictionary(fc.constantFrom('f:a', 'f:b', 'k:{"n":"x"}', 'v:1'), tie('node'), { maxKeys: 3 }),
})).set;
const paths = (set: FieldSet): Set<string> => new Set(pathsOf(set));

describe('field sets are sets of paths', () => {
  it('union, intersection and difference agree with their paths', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (a, b) => {
        const left = paths(a);
        const right = paths(b);
        expect(paths(union(a, b))).toEqual(new Set([...left, ...right]));
        expect(paths(intersection(a, b))).toEqual(new Set([...left].filter((path) => right.has(path))));
        expect(paths(difference(a, b))).toEqual(new Set([...left].filter((path) => !right.has(path))));
        const under = (path: string): boolean =>
          [...right].some((top) => path === top || (/^[.[]/.test(path.slice(top.length)) && path.startsWith(top)));
        expect(paths(recursiveDifference(a, b))).toEqual(new Set([...left].filter((path) => !under(path))));
      }),
    );
  });
  it('operations that change nothing answer the same object', () => {
    const set: FieldSet = { 'f:a': { '.': LEAF, 'f:b': LEAF }, 'f:c': LEAF };
    expect(union(set, { 'f:a': { 'f:b': LEAF } })).toBe(set);
    expect(difference(set, { 'f:x': LEAF })).toBe(set);
  });
});

const struct = structOf('io.k8s.api.apps.v1.Deployment');
const common = { struct, apiVersion: 'apps/v1', subresource: '', now: '2026-01-01T00:00:00Z', reset: [['status']] };
const container = (extra: object) => ({ name: 'c', image: 'a:1', ...extra });
const deployment = (spec: object, containers: object[] = [container({})]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', uid: 'u' },
  spec: { ...spec, template: { metadata: {}, spec: { containers } } },
});
const apply = (live: KubeObject | null, spec: object, manager = 'a1', force = false) =>
  serverSideApply({
    ...common,
    kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    live,
    patch: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec },
    manager,
    force,
  });
const podOf = (containers: object[], more: object = {}) => ({ template: { spec: { containers, ...more } } });
// biome-ignore lint/suspicious/noExplicitAny: reading results
const containersOf = (object: any) => object.spec.template.spec.containers;
function stored(result: { object: object; managedFields: readonly ManagedFieldsEntry[] }): KubeObject {
  const object = result.object as KubeObject;
  return deepFreeze({ ...object, metadata: { uid: 'u', ...object.metadata, managedFields: result.managedFields } });
}

describe('tracking updates', () => {
  it('books nothing and keeps every entry when nothing changed', () => {
    const fresh = deployment({ replicas: 1 });
    const managedFields = trackUpdate({ ...common, before: null, after: fresh, manager: 'm' });
    const live = deepFreeze({ ...fresh, metadata: { ...fresh.metadata, managedFields } });
    const again = trackUpdate({ ...common, before: live, after: structuredClone(live), manager: 'other' });
    expect(again).toBe(live.metadata.managedFields);
  });
  it('moves what changed to its manager and forgets what is gone', () => {
    const fresh = deployment({ replicas: 1, paused: true });
    const managedFields = trackUpdate({ ...common, before: null, after: fresh, manager: 'm' });
    const live = { ...fresh, metadata: { ...fresh.metadata, managedFields } };
    const next = deployment({ replicas: 2 });
    const entries = trackUpdate({ ...common, before: live, after: next, manager: 'n', now: '2026-01-01T00:00:05Z' });
    expect(entries.map((entry) => [entry.manager, entry.time])).toEqual([
      ['m', '2026-01-01T00:00:00Z'],
      ['n', '2026-01-01T00:00:05Z'],
    ]);
    expect(entries[1]?.fieldsV1).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect(pathsOf(entries[0]?.fieldsV1 as FieldSet)).not.toContain('.spec.paused');
    expect(pathsOf(entries[0]?.fieldsV1 as FieldSet)).toContain('.spec.template.spec.containers[name="c"].image');
  });
  it('keeps at most ten Update entries', () => {
    let live = deployment({ replicas: 0 });
    live = {
      ...live,
      metadata: {
        ...live.metadata,
        managedFields: trackUpdate({ ...common, before: null, after: live, manager: 'm' }),
      },
    };
    for (let i = 0; i < 15; i++) {
      const metadata = { ...live.metadata, annotations: { ...live.metadata.annotations, [`k${i}`]: 'v' } };
      const after = { ...live, metadata };
      const now = `2026-01-01T00:01:${10 + i}Z`;
      const managedFields = trackUpdate({ ...common, before: live, after, manager: `m${i}`, now });
      live = { ...after, metadata: { ...metadata, managedFields } };
    }
    const entries = live.metadata.managedFields ?? [];
    expect(entries).toHaveLength(10);
    expect(entries[0]?.manager).toBe('ancient-changes');
    expect(
      entries.reduce(
        (n, entry) => n + pathsOf(entry.fieldsV1 as FieldSet).filter((p) => /annotations\.k/.test(p)).length,
        0,
      ),
    ).toBe(15);
  });
  it('does not start to track, and takes entries only from the main endpoint', () => {
    const live = deployment({ replicas: 1 });
    expect(trackUpdate({ ...common, before: live, after: deployment({ replicas: 2 }), manager: 'm' })).toEqual([]);
    const reset = deployment({ replicas: 1 });
    const tracked = {
      ...reset,
      metadata: {
        ...reset.metadata,
        managedFields: [
          {
            manager: 'x',
            operation: 'Apply',
            apiVersion: 'v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:a': {} },
          } as const,
        ],
      },
    };
    expect(trackUpdate({ ...common, before: tracked, after: reset, manager: 'm', requested: [] })).toEqual([]);
    expect(
      trackUpdate({ ...common, before: tracked, after: reset, manager: 'm', requested: [], subresource: 'status' }),
    ).toHaveLength(1);
  });
});

describe('server-side apply', () => {
  it('merges lists by key, in the applied order between what others have', () => {
    const live = stored(apply(null, podOf([container({}), { name: 'z', image: 'z' }])));
    const result = apply(
      live,
      podOf([
        { name: 'n', image: 'n' },
        { name: 'z', image: 'z' },
      ]),
      'a2',
    );
    expect(containersOf(result.object).map((c: { name: string }) => c.name)).toEqual(['c', 'n', 'z']);
  });
  it('removes what it no longer applies, but nothing of others', () => {
    const env = [{ name: 'A', value: '1' }];
    const first = stored(apply(null, { replicas: 3, ...podOf([container({ env }), { name: 'x', image: 'x' }]) }));
    const second = stored(apply(first, podOf([{ name: 'x', image: 'x' }]), 'a2'));
    const third = apply(second, podOf([container({})]));
    expect(containersOf(third.object)).toEqual([container({}), { name: 'x', image: 'x' }]);
    expect(third.object.spec as object).not.toHaveProperty('replicas');
    // The second apply changed no value and so has no time yet: it comes first.
    expect(third.managedFields.map((entry) => entry.manager)).toEqual(['a2', 'a1']);
  });
  it('an item goes with what an update added below it', () => {
    const first = stored(apply(null, podOf([container({}), { name: 'x', image: 'x' }])));
    const pod = structuredClone(first) as KubeObject;
    containersOf(pod)[1].tty = true;
    const managedFields = trackUpdate({ ...common, before: first, after: pod, manager: 'u' });
    const live = { ...pod, metadata: { ...pod.metadata, managedFields } };
    const result = apply(live, podOf([container({})]));
    expect(containersOf(result.object)).toEqual([container({})]);
    expect(result.managedFields.map((entry) => entry.manager)).toEqual(['a1']);
  });
  it('takes over silently what kubectl applied from the client', () => {
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1 } };
    const fresh = deployment({ replicas: 1, paused: true });
    const live: KubeObject = {
      ...fresh,
      metadata: { ...fresh.metadata, annotations: { [LAST_APPLIED]: JSON.stringify(applied) } },
    };
    const managedFields = trackUpdate({ ...common, before: null, after: live, manager: 'kubectl-client-side-apply' });
    const tracked = { ...live, metadata: { ...live.metadata, managedFields } };
    const result = apply(tracked, { replicas: 5 }, 'kubectl');
    const { annotations } = result.object.metadata as { annotations: Record<string, string> };
    expect(annotations[LAST_APPLIED]).toBe(
      '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":5}}\n',
    );
    expect(() => apply(tracked, { replicas: 5, paused: false }, 'kubectl')).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.paused',
    );
    expect(() => apply(tracked, { replicas: 5 }, 'other')).toThrow(StatusError);
  });
  it.each([
    [{ template: 'x' }, '.spec.template: expected map, got &{x}'],
    [podOf({ name: 'c' } as never), '.spec.template.spec.containers: expected list, got &{map[name:c]}'],
    [
      podOf(['c'] as never),
      '.spec.template.spec.containers: element 0: associative list with keys may not have non-map elements',
    ],
    [{ replicas: '1' }, '.spec.replicas: expected numeric (int or float), got string'],
    [podOf([container({}), container({})]), '.spec.template.spec.containers: duplicate entries for key [name="c"]'],
  ])('%j does not fit', (spec, problem) => {
    expect(() => apply(null, spec)).toThrow(
      `failed to create typed patch object (/d; apps/v1, Kind=Deployment): ${problem}`,
    );
  });
  it('an apply of the same configuration changes nothing', () => {
    const live = stored(apply(null, { replicas: 1, ...podOf([container({ ports: [{ containerPort: 80 }] })]) }));
    const result = apply(live, { replicas: 1, ...podOf([container({ ports: [{ containerPort: 80 }] })]) });
    expect(deepEqual(result.managedFields, live.metadata.managedFields)).toBe(true);
  });
});
