import { expect, test } from 'vitest';
import { S14 } from './s14-adoption.ts';
import { CheckerBench, type Draft, pod, WEB, WEB_REF, webPod, webSet } from './testing.ts';

/** What is said of the adoption of a pod, after something happened since the pass began or before it. */
function adopt(changes: Draft, prepare: (b: CheckerBench) => void = () => {}, uid = 'p0'): readonly string[] {
  const b = new CheckerBench(S14);
  b.put(WEB, webSet());
  b.put(pod(0), webPod(b, { ...changes, metadata: { uid: 'p0', ownerReferences: [], ...changes.metadata } }));
  prepare(b);
  b.pass('default/web');
  const body = { metadata: { uid, ownerReferences: [WEB_REF] } };
  b.call(pod(0), { verb: 'patch', body });
  return b.violations;
}

test('an orphan that fits and stays is adopted', () => {
  expect(adopt({})).toEqual([]);
});

test('a pod that leaves, does not fit or is somebody’s is adopted', () => {
  expect(adopt({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })).toHaveLength(1);
  expect(adopt({ metadata: { labels: { app: 'other' } } })).toHaveLength(1);
  expect(adopt({ metadata: { ownerReferences: [{ ...WEB_REF, uid: 'other' }] } })).toHaveLength(1);
});

test('another pod than the one that was seen is adopted', () => {
  expect(adopt({}, undefined, 'p1')).toHaveLength(1);
});

test('a set adopts that was going before it looked', () => {
  const b = new CheckerBench(S14);
  b.put(WEB, webSet());
  b.put(pod(0), webPod(b, { metadata: { uid: 'p0', ownerReferences: [] } }));
  const known = b.revision;
  b.change(WEB, { metadata: { deletionTimestamp: b.time() } });
  b.pass('default/web', 'statefulset', known);
  const call = { verb: 'patch', body: { metadata: { uid: 'p0', ownerReferences: [WEB_REF] } } } as const;
  b.call(pod(0), call, known);
  expect(b.violations[0]).toContain('although the set was gone or going');
});

test('two controllers fire, whatever the object', () => {
  const b = new CheckerBench(S14);
  b.put(pod(0), webPod(b, { metadata: { ownerReferences: [WEB_REF, { ...WEB_REF, uid: 'other' }] } }));
  expect(b.violations[0]).toContain('has two controllers');
});
