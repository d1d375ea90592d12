import { expect, test } from 'vitest';
import { CheckerBench, pod, webPod } from './testing.ts';
import { V3 } from './v03-self-fencing.ts';

const POD = pod(0);
const LEASE = 'coordination.k8s.io/leases/kube-node-lease/n1';

function bench(): CheckerBench {
  const b = new CheckerBench(V3);
  b.put(LEASE, {});
  b.started(b.put(POD, webPod(b, { metadata: { uid: 'p0' } })));
  return b;
}
const giveUp = (b: CheckerBench): unknown =>
  b.put(LEASE, { metadata: { annotations: { 'perdure.dev/given-up': b.time() } } });
const remove = (b: CheckerBench): void => {
  const { resourceVersion = '' } = b.history.now(POD)?.metadata ?? {};
  b.call(POD, { verb: 'delete', part: 'node-give-up', options: { preconditions: { uid: 'p0', resourceVersion } } });
};

test('giving a node up on which no member runs is right', () => {
  const b = bench();
  b.exited(b.history.now(POD)!);
  giveUp(b);
  remove(b);
  expect([b.violations, b.evaluations]).toEqual([[], 2]);
});

test('giving it up, and the pod, while the member runs fires', () => {
  const b = bench();
  giveUp(b);
  remove(b);
  expect(b.violations[0]).toContain('node n1 is given up while web-0 (p0) runs there');
  expect(b.violations[1]).toContain('is given up while it runs on n1');
});

test('what no set and no claim is behind may run on', () => {
  const b = new CheckerBench(V3);
  b.put(LEASE, {});
  b.started(b.put('core/pods/default/reader', webPod(b, { metadata: { ownerReferences: [] } })));
  giveUp(b);
  expect([b.violations, b.evaluations]).toEqual([[], 1]);
});
