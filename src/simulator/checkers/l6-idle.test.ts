import { expect, test } from 'vitest';
import { L6 } from './l6-idle.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

test('writes are what one does until the world is at rest', () => {
  const b = new CheckerBench(L6);
  b.put(WEB, webSet());
  b.happen({ kind: 'phase', what: 'settled' });
  b.pass('default/web');
  b.put('coordination.k8s.io/leases/kube-system/kube-controller-manager', {});
  expect([b.violations, b.evaluations]).toEqual([[], 1]);
});

test('a write of controllers that started again on a world at rest fires', () => {
  const b = new CheckerBench(L6);
  b.happen({ kind: 'phase', what: 'settled' });
  b.put(pod(0), webPod(b));
  expect(b.violations[0]).toContain('wrote: put core/pods/default/web-0');
});
