import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../base/json.ts';
import { StatusError } from '../status.ts';
import { structOf } from '../structure.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicMerge, checkJsonPatch, conversionError } from './index.ts';

const deployment = structOf('io.k8s.api.apps.v1.Deployment');
const live = deepFreeze({
  metadata: { name: 'd', finalizers: ['example.com/a'], labels: { a: '1' } },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    template: {
      spec: {
        containers: [
          {
            name: 'a',
            image: 'a:1',
            args: ['x', 'y'],
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
          { name: 'b', image: 'b:1' },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
        tolerations: [{ key: 'a' }],
      },
    },
  },
});
const podPatch = (spec: unknown) => ({ spec: { template: { spec } } });
// biome-ignore lint/suspicious/noExplicitAny: reading results
const strategic = (patch: unknown): any => applyStrategicMerge(live, patch, deployment);
const podOf = (patch: unknown) => strategic(podPatch(patch)).spec.template.spec;

function failure(run: () => unknown): [number, string] {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return [error.code, error.message];
    throw error;
  }
  throw new Error('expected a failure');
}

describe('strategic merge patch', () => {
  it('merges lists by key, patch order first, and shares what it does not name', () => {
    const pod = podOf({
      containers: [
        { name: 'c', image: 'c' },
        { name: 'a', image: 'a:2' },
      ],
    });
    expect(pod.containers.map((c: { name: string }) => c.name)).toEqual(['c', 'a', 'b']);
    expect(pod.containers[1]).toMatchObject({ image: 'a:2', args: ['x', 'y'] });
    expect(pod.containers[2]).toBe(live.spec.template.spec.containers[1]);
    expect(pod.volumes).toBe(live.spec.template.spec.volumes);
  });
  it('replaces atomic lists, unites lists of scalars', () => {
    expect(podOf({ tolerations: [{ key: 'b' }] }).tolerations).toEqual([{ key: 'b' }]);
    expect(strategic({ metadata: { finalizers: ['example.com/b'] } }).metadata.finalizers).toEqual([
      'example.com/b',
      'example.com/a',
    ]);
    const deleted = strategic({ metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } });
    expect(deleted.metadata.finalizers).toEqual([]);
  });
  it('carries out $patch', () => {
    expect(podOf({ containers: [{ name: 'a', $patch: 'delete' }] }).containers).toEqual([{ name: 'b', image: 'b:1' }]);
    expect(podOf({ containers: [{ $patch: 'replace' }, { name: 'z' }] }).containers).toEqual([{ name: 'z' }]);
    expect(strategic({ spec: { strategy: { $patch: 'replace', type: 'Recreate' } } }).spec.strategy).toEqual({
      type: 'Recreate',
    });
    expect(strategic({ spec: { strategy: { $patch: 'delete' } } }).spec.strategy).toEqual({});
    expect(podOf({ securityContext: { $patch: 'delete' } })).not.toHaveProperty('securityContext');
  });
  it('orders by $setElementOrder, others keep their relative place', () => {
    const order = [{ name: 'x' }, { name: 'b' }];
    const pod = podOf({ '$setElementOrder/containers': order, containers: [{ name: 'x', image: 'x' }] });
    expect(pod.containers.map((c: { name: string }) => c.name)).toEqual(['x', 'a', 'b']);
    const swapped = podOf({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] });
    expect(swapped.containers.map((c: { name: string }) => c.name)).toEqual(['b', 'a']);
  });
  it('keeps only $retainKeys', () => {
    const { strategy } = strategic({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }).spec;
    expect(strategy).toEqual({ type: 'Recreate' });
    expect(failure(() => strategic({ spec: { strategy: { $retainKeys: [], type: 'x' } } }))).toEqual([
      400,
      'invalid patch format of retainKeys',
    ]);
  });
  it.each([
    [podPatch({ containers: [{ image: 'x' }] }), 500, 'map: map[image:x] does not contain declared merge key: name'],
    [{ spec: { $patch: 'frob' } }, 500, 'unknown patch type: frob in map: map[$patch:frob]'],
    [
      podPatch({ '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] }),
      500,
      "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    ],
    [[], 400, 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [{ metadata: { $setElementOrder: [] } }, 400, 'invalid patch format of setElementOrder list'],
    [{ metadata: { finalizers: [['a']] } }, 500, 'list element types are not identical: [[example.com/a] [[a]]]'],
  ])('%j is refused', (patch, code, message) => {
    expect(failure(() => strategic(patch))).toEqual([code, message]);
  });
  it('names what does not fit the structure as the converter does', () => {
    const type = { kind: 'struct', struct: deployment } as const;
    expect(conversionError(type, podPatch({ containers: 'x' }))).toBe('cannot restore slice from string');
    expect(conversionError(type, podPatch({ containers: [{ image: 5 }] }))).toBe('cannot convert int64 to string');
    expect(conversionError(type, { spec: { replicas: 'x' } })).toBe('unrecognized type: int32');
    expect(conversionError(type, live)).toBeNull();
  });
});

const json = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.jsonValue({ maxDepth: 3 }));

describe('merge patch', () => {
  it('follows RFC 7386', () => {
    expect(
      applyMergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: { f: null, g: 1 } }, d: { x: null } }),
    ).toEqual({
      a: { c: 2, e: { g: 1 } },
      d: {},
    });
  });
  it('is idempotent and leaves its input alone', () => {
    fc.assert(
      fc.property(json, json, (document, patch) => {
        const once = applyMergePatch(deepFreeze(document), patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe('JSON patch', () => {
  const document = deepFreeze({ a: { b: [1, 2, 3] }, 'x/y': { '~': 1 } });
  const apply = (...patch: object[]) => applyJsonPatch(document, patch);
  it('carries out every operation', () => {
    expect(apply({ op: 'add', path: '/a/b/-', value: 4 })).toMatchObject({ a: { b: [1, 2, 3, 4] } });
    expect(apply({ op: 'add', path: '/a/b/0', value: 0 })).toMatchObject({ a: { b: [0, 1, 2, 3] } });
    expect(apply({ op: 'remove', path: '/a/b/-1' })).toMatchObject({ a: { b: [1, 2] } });
    expect(apply({ op: 'replace', path: '/x~1y/~0', value: null })).toMatchObject({ 'x/y': { '~': null } });
    expect(apply({ op: 'replace', path: '/new', value: 1 })).toMatchObject({ new: 1 });
    expect(apply({ op: 'move', from: '/a/b', path: '/b' })).toEqual({ a: {}, b: [1, 2, 3], 'x/y': { '~': 1 } });
    expect(apply({ op: 'copy', from: '/a', path: '/c' })).toMatchObject({ c: { b: [1, 2, 3] } });
    expect(apply({ op: 'test', path: '/a/b/1', value: 2 })).toEqual(document);
    expect(apply({ op: 'replace', path: '', value: {} })).toEqual({});
    expect(apply({ op: 'replace', path: '/a/b/0', value: 9 })).toHaveProperty(['x/y'], document['x/y']);
  });
  it.each([
    { op: 'frob', path: '/a' },
    { path: '/a' },
    { op: 'remove', path: '/zz' },
    { op: 'add', path: '/no/such', value: 1 },
    { op: 'add', path: '/a/b/5', value: 1 },
    { op: 'replace', path: '/a/b/3', value: 1 },
    { op: 'test', path: '/a/b/0', value: 2 },
    { op: 'add', path: '', value: 1 },
    { op: 'add', path: '/a/b/x', value: 1 },
  ])('%j is refused', (operation) => {
    expect(failure(() => apply(operation))).toEqual([
      422,
      'the server rejected our request due to an error in our request',
    ]);
  });
  it('refuses what is no list of operations, and too many of them', () => {
    expect(failure(() => checkJsonPatch({}))[1]).toBe(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
    expect(failure(() => checkJsonPatch(new Array(10001).fill({})))[0]).toBe(413);
  });
  it('a copy of a missing member tests equal to null; keys named __proto__ are only keys', () => {
    expect(apply({ op: 'copy', from: '/zz', path: '/q' }, { op: 'test', path: '/q', value: null })).toHaveProperty(
      'q',
      null,
    );
    const patched = apply({ op: 'add', path: '/__proto__', value: { polluted: true } });
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
    expect((patched as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
