import { expect, test } from 'vitest';
import type { World } from '../world/world.ts';
import { CheckerBench, pod, webPod } from './testing.ts';
import { V5 } from './v05-growth.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const GI = 1024 ** 3;

function bench(fileSystem: number): CheckerBench {
  const world = { volumes: { sizes: () => ({ volume: 2 * GI, fileSystem }) } } as unknown as Partial<World>;
  const b = new CheckerBench(V5, {}, world);
  b.put(CLAIM, claim('1Gi'));
  return b;
}
const claim = (storage: string, step?: string) => ({
  spec: { volumeName: 'v', resources: { requests: { storage: '2Gi' } } },
  status: {
    phase: 'Bound',
    capacity: { storage },
    ...(step === undefined ? {} : { allocatedResourceStatuses: { storage: step } }),
  },
});

test('a size that can be seen is right', () => {
  const b = bench(2 * GI);
  b.put(CLAIM, claim('2Gi'));
  b.settled();
  expect([b.violations, b.evaluations]).toEqual([[], 2]);
});

test('a size nobody has given fires, and one that shrinks', () => {
  const b = bench(GI);
  b.put(CLAIM, claim('2Gi'));
  expect(b.violations[0]).toContain('of which 1073741824 can be seen');
  b.put(CLAIM, claim('1Gi'));
  expect(b.violations[1]).toContain('shrank');
});

test('at rest what was asked for is there, unless no pod mounts it', () => {
  const b = bench(GI);
  b.put(CLAIM, claim('1Gi', 'NodeResizePending'));
  b.settled();
  expect(b.violations).toEqual([]);
  const draft = webPod(b);
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }];
  b.put(pod(0), { ...draft, spec: { nodeName: 'n1', volumes } });
  b.settled();
  expect(b.violations[0]).toContain('asks for 2147483648 bytes and has 1073741824 (NodeResizePending)');
});
