import { expect, test } from 'vitest';
import { CheckerBench, pod, webPod } from './testing.ts';
import { V6 } from './v06-taint-evictions.ts';

const POD = pod(0);
const NODE = 'core/nodes/n1';
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

function bench(tolerationSeconds?: number): CheckerBench {
  const b = new CheckerBench(V6);
  b.put(NODE, {});
  const tolerations = [NOT_READY, UNREACHABLE].map((key) => ({ key, operator: 'Exists', tolerationSeconds }));
  const spec = { nodeName: 'n1', tolerations: tolerationSeconds === undefined ? [] : tolerations };
  b.put(POD, webPod(b, { metadata: { uid: 'p0' }, spec }));
  return b;
}
const taint = (b: CheckerBench, ...keys: readonly string[]): unknown =>
  b.put(NODE, { spec: { taints: keys.map((key) => ({ key, effect: 'NoExecute' })) } });
const evict = (b: CheckerBench): readonly string[] => {
  b.call(POD, { verb: 'delete', part: 'taint-eviction', options: { preconditions: { uid: 'p0' } } });
  return b.violations;
};

test('an eviction when the time is over is right, whichever of the taints it was', () => {
  const b = bench(300);
  taint(b, NOT_READY);
  b.advance(200_000);
  taint(b, UNREACHABLE);
  b.advance(100_000);
  expect([evict(b), b.evaluations]).toEqual([[], 1]);
});

test('an eviction before that fires, and one without a taint', () => {
  const b = bench(300);
  expect(evict(b)[0]).toContain('still tolerates');
  taint(b, NOT_READY);
  b.advance(200_000);
  expect(evict(b)).toHaveLength(2);
});

test('who tolerates nothing goes at once, also when the node has just become well', () => {
  const b = bench();
  taint(b, NOT_READY);
  b.advance(1_000);
  taint(b);
  b.advance(10_000);
  expect(evict(b)).toEqual([]);
});
