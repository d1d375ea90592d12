import { expect, test } from 'vitest';
import { S8 } from './s08-update-order.ts';
import { CheckerBench, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const at = (revision: string) => ({ metadata: { labels: { app: 'web', 'controller-revision-hash': revision } } });
const del = { verb: 'delete' } as const;

/** A set whose template has moved on from web-a to web-b, its three members at web-a but for those given. */
function bench(updated: readonly number[] = [], rollingUpdate: object = { partition: 0 }): CheckerBench {
  const b = new CheckerBench(S8);
  const old = b.put(WEB, webSet());
  b.put('apps/controllerrevisions/default/web-a', revisionOf(old, 1));
  const template = { ...old.spec.template, spec: { containers: [{ name: 'main', image: 'v2' }] } };
  const next = b.put(WEB, webSet({ template, updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  b.put('apps/controllerrevisions/default/web-b', revisionOf(next, 2));
  for (let i = 0; i < 3; i++) b.put(pod(i), webPod(b, at(updated.includes(i) ? 'web-b' : 'web-a')));
  b.pass('default/web');
  return b;
}

test('an update takes the highest old member', () => {
  const b = bench();
  b.call(pod(2), del);
  const next = bench([2]);
  next.call(pod(1), del);
  expect([...b.violations, ...next.violations]).toEqual([]);
  expect(b.evaluations).toBe(1);
});

test('an update that begins below fires', () => {
  const b = bench();
  b.call(pod(0), del);
  expect(b.violations[0]).toContain('ordinal 1 above it is old');
});

test('several of one pass go in order', () => {
  const b = bench([], { partition: 0, maxUnavailable: 2 });
  b.call(pod(2), del);
  b.call(pod(1), del);
  expect(b.violations).toEqual([]);
});

test('a member at the update revision is deleted for an update', () => {
  const b = bench([2]);
  b.call(pod(2), del);
  expect(b.violations[0]).toContain('at the update revision web-b already');
});

test('a member below the partition is deleted for an update', () => {
  const b = bench([2], { partition: 2 });
  b.call(pod(1), del);
  expect(b.violations[0]).toContain('below the partition 2');
});

test('a failed member is replaced whatever the partition', () => {
  const b = bench([], { partition: 3 });
  b.change(pod(0), { status: { phase: 'Failed' } });
  b.pass('default/web');
  b.call(pod(0), del);
  expect(b.violations).toEqual([]);
});

const body = (b: CheckerBench, ordinal: number, revision: string) => {
  const draft = webPod(b, at(revision));
  return { ...draft, metadata: { ...draft.metadata, name: `web-${ordinal}`, namespace: 'default' } };
};

test('missing members come back at the current revision below the partition, at the update revision from it on', () => {
  const b = bench([2], { partition: 2 });
  b.call(pod(1), { verb: 'create', body: body(b, 1, 'web-a') });
  b.call(pod(2), { verb: 'create', body: body(b, 2, 'web-b') });
  expect(b.violations).toEqual([]);
  b.call(pod(1), { verb: 'create', body: body(b, 1, 'web-b') });
  expect(b.violations[0]).toContain('instead of the current one, web-a');
  b.call(pod(2), { verb: 'create', body: body(b, 2, 'web-a') });
  expect(b.violations[1]).toContain('instead of the update one, web-b');
});

test('a current revision that is lost is stood in for', () => {
  const b = bench([2], { partition: 2 });
  b.remove('apps/controllerrevisions/default/web-a');
  b.pass('default/web');
  b.call(pod(1), { verb: 'create', body: body(b, 1, 'web-b') });
  expect(b.violations).toEqual([]);
});

test('the update revision becomes current when all have it, not before', () => {
  const status = { currentRevision: 'web-b', replicas: 3, readyReplicas: 3, updatedReplicas: 3 };
  const promote = (changes: object): readonly string[] => {
    const b = bench([0, 1, 2]);
    b.call(WEB, { verb: 'update', subresource: 'status', body: { status: { ...status, ...changes } } });
    return b.violations;
  };
  expect(promote({})).toEqual([]);
  expect(promote({ updatedReplicas: 2 })).toHaveLength(1);
  expect(promote({ readyReplicas: 2 })).toHaveLength(1);
});
