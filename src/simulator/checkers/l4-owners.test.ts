import { expect, test } from 'vitest';
import { L4 } from './l4-owners.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

function bench(): CheckerBench {
  const b = new CheckerBench(L4);
  b.put(WEB, webSet());
  b.put(pod(0), webPod(b));
  return b;
}
const collect = (b: CheckerBench): void =>
  b.call(pod(0), { verb: 'delete', part: 'garbage-collector', program: 'kcm-0#0' });
const orphan = (b: CheckerBench): void =>
  void b.put(WEB, webSet({}, { finalizers: ['orphan'], deletionTimestamp: b.time() }));

test('what has its owner may stay, what has none must go', () => {
  const b = bench();
  b.settled();
  expect(b.violations).toEqual([]);
  b.remove(WEB);
  b.settled();
  expect(b.violations[0]).toContain('is there and its owner web is gone');
});

test('another set of that name is not the owner', () => {
  const b = bench();
  b.remove(WEB);
  b.put(WEB, webSet({}, { uid: 'set-2' }));
  b.settled();
  expect(b.violations).toHaveLength(1);
});

test('a set that is being deleted for ever fires', () => {
  const b = bench();
  orphan(b);
  b.settled();
  expect(b.violations[0]).toContain('is still being deleted');
});

test('what an owner is told to leave is not collected', () => {
  const b = bench();
  orphan(b);
  collect(b);
  expect(b.violations[0]).toContain('was collected although StatefulSet web was to leave it');
  const plain = bench();
  plain.remove(WEB);
  collect(plain);
  expect(plain.violations).toEqual([]);
});

test('what an owner is told to leave and then told to take along may go', () => {
  const b = bench();
  orphan(b);
  const ask = (propagationPolicy: 'Background' | 'Orphan'): void =>
    b.call(WEB, { verb: 'delete', program: 'administrator', options: { propagationPolicy } });
  ask('Background');
  collect(b);
  // A write from before that the disk was slow with.
  orphan(b);
  collect(b);
  expect(b.violations).toEqual([]);
  ask('Orphan');
  orphan(b);
  collect(b);
  expect(b.violations).toHaveLength(1);
});

test('what was let go, or was made later, is nobody’s any more', () => {
  const released = bench();
  orphan(released);
  released.put(pod(0), webPod(released, { metadata: { ownerReferences: [] } }));
  collect(released);
  const late = new CheckerBench(L4);
  late.put(WEB, webSet());
  orphan(late);
  late.put(pod(0), webPod(late));
  collect(late);
  expect([...released.violations, ...late.violations]).toEqual([]);
});
