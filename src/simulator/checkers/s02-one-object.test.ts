import { expect, test } from 'vitest';
import { S2 } from './s02-one-object.ts';
import { CheckerBench, pod, webPod } from './testing.ts';

test('a pod that is made, placed, deleted and made again is right', () => {
  const bench = new CheckerBench(S2);
  bench.put(pod(0), webPod(bench, { spec: {} }));
  bench.change(pod(0), { spec: { nodeName: 'n1' } });
  bench.remove(pod(0));
  bench.put(pod(0), webPod(bench));
  expect(bench.violations).toEqual([]);
  expect(bench.evaluations).toBe(4);
});

test('another uid without the old one being gone fires', () => {
  const bench = new CheckerBench(S2);
  bench.put(pod(0), webPod(bench));
  bench.put(pod(0), webPod(bench, { metadata: { uid: 'other' } }));
  expect(bench.violations[0]).toContain('took the place of');
});

test('a pod that comes back from the dead fires', () => {
  const bench = new CheckerBench(S2);
  const { uid } = bench.put(pod(0), webPod(bench)).metadata;
  bench.remove(pod(0));
  bench.put(pod(0), webPod(bench, { metadata: { uid } }));
  expect(bench.violations[0]).toContain('was written after it was gone');
});

test('a pod that moves fires', () => {
  const bench = new CheckerBench(S2);
  bench.put(pod(0), webPod(bench));
  bench.change(pod(0), { spec: { nodeName: 'n2' } });
  expect(bench.violations[0]).toContain('moved from n1 to n2');
});
