import { expect, test } from 'vitest';
import { L1 } from './l1-converged.ts';
import { CheckerBench, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const REST = {
  observedGeneration: 1,
  replicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  updatedReplicas: 2,
  currentRevision: 'web-a',
  updateRevision: 'web-a',
};

/** A set of two at rest, after something was changed. */
function rest(change: (b: CheckerBench) => void = () => {}, status: object = {}): readonly string[] {
  const b = new CheckerBench(L1);
  const claims = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] };
  const set = b.put(WEB, { ...webSet({ replicas: 2, ...claims }), status: { ...REST, ...status } });
  b.put('apps/controllerrevisions/default/web-a', revisionOf(set, 1));
  for (const i of [0, 1]) {
    b.put(pod(i), webPod(b));
    b.put(CLAIM.replace('-0', `-${i}`), {});
  }
  change(b);
  b.settled();
  expect(b.evaluations).toBe(1);
  return b.violations;
}

test('a set that has what it asks for is at rest', () => {
  expect(rest()).toEqual([]);
});

test('members that are missing, not available, another’s or surplus fire', () => {
  expect(rest((b) => b.remove(pod(1)))[0]).toContain('web-1 is missing');
  const unready = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
  expect(rest((b) => void b.change(pod(1), unready))[0]).toContain('web-1 is Running and not available');
  expect(rest((b) => void b.put(pod(1), webPod(b, { metadata: { ownerReferences: [] } })))[0]).toContain(
    'web-1 is another',
  );
  expect(rest((b) => void b.put(pod(2), webPod(b)))[0]).toContain('surplus web-2');
});

test('a member at another revision than it should have fires', () => {
  const labels = { labels: { app: 'web', 'controller-revision-hash': 'web-z' } };
  expect(rest((b) => void b.put(pod(1), webPod(b, { metadata: labels })))[0]).toContain('web-1 is at web-z');
});

test('a claim that is missing fires', () => {
  expect(rest((b) => b.remove(CLAIM))[0]).toContain('claim data-web-0 is missing');
});

test('a status that says something else fires', () => {
  expect(rest(() => {}, { readyReplicas: 1 })[0]).toContain('status.readyReplicas is 1, not 2');
  expect(rest(() => {}, { observedGeneration: 0 })[0]).toContain('status.observedGeneration is 0, not 1');
});
