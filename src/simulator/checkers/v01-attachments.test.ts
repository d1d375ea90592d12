import { expect, test } from 'vitest';
import { CheckerBench, pod, webPod } from './testing.ts';
import { V1 } from './v01-attachments.ts';

const POD = pod(0);
const NODE = 'core/nodes/n1';

/** A member with an attached volume on n1, a node that is well. */
function bench(): CheckerBench {
  const b = new CheckerBench(V1);
  b.put(NODE, node('True'));
  b.put('core/persistentvolumes/v', { spec: { csi: {}, accessModes: ['ReadWriteOnce'] } });
  b.put(POD, webPod(b, { metadata: { uid: 'p0' } }));
  return b;
}
const node = (ready: string, taints: readonly object[] = []) => ({
  spec: { taints },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const storage = (b: CheckerBench, what: 'attached' | 'detached' | 'deleted', on?: string): void =>
  b.happen({ kind: 'storage', what, volume: 'v', ...(on === undefined ? {} : { node: on }) });
const mount = (b: CheckerBench, kind: 'mounted' | 'unmounted' = 'mounted'): void =>
  b.happen({ kind, node: 'n1', podUid: 'p0', pod: 'default/web-0', claims: ['data-web-0'], volumes: ['v'] });
const known = (b: CheckerBench): unknown =>
  b.put('storage.k8s.io/volumeattachments/a', {
    spec: { nodeName: 'n1', source: { persistentVolumeName: 'v' } },
    status: { attached: true },
  });

test('attached, mounted, unmounted, detached is right', () => {
  const b = bench();
  storage(b, 'attached', 'n1');
  mount(b);
  known(b);
  b.settled();
  mount(b, 'unmounted');
  storage(b, 'detached', 'n1');
  storage(b, 'attached', 'n2');
  expect([b.violations, b.evaluations]).toEqual([[], 5]);
});

test('two nodes fire, unless the modes say so', () => {
  const b = bench();
  storage(b, 'attached', 'n1');
  storage(b, 'attached', 'n2');
  expect(b.violations[0]).toContain('was attached to n2 while n1 had it');
  const shared = bench();
  shared.put('core/persistentvolumes/v', { spec: { csi: {}, accessModes: ['ReadWriteMany'] } });
  storage(shared, 'attached', 'n1');
  storage(shared, 'attached', 'n2');
  expect(shared.violations).toEqual([]);
});

test('a mount of what is not attached fires', () => {
  const b = bench();
  mount(b);
  expect(b.violations[0]).toContain('to which it is not attached');
});

test('taking it from under a pod fires', () => {
  const b = bench();
  storage(b, 'attached', 'n1');
  mount(b);
  storage(b, 'detached', 'n1');
  expect(b.violations[0]).toContain('was detached from n1 while default/web-0');
});

test('a node out of touch is given six minutes from the end of the pod on', () => {
  const taken = (minutes: number): readonly string[] => {
    const b = bench();
    storage(b, 'attached', 'n1');
    mount(b);
    b.put(NODE, node('Unknown'));
    b.advance(10 * 60_000);
    b.remove(POD);
    b.advance(minutes * 60_000);
    storage(b, 'detached', 'n1');
    // Its agent does not know.
    mount(b);
    return b.violations;
  };
  expect(taken(6)).toEqual([]);
  expect(taken(5)).toHaveLength(1);
});

test('a node that was given up is given none', () => {
  const b = bench();
  storage(b, 'attached', 'n1');
  mount(b);
  b.put(NODE, node('Unknown', [{ key: 'perdure.dev/self-fenced' }]));
  storage(b, 'detached', 'n1');
  expect(b.violations).toEqual([]);
});

test('at rest a node that mounted the volume of an earlier claim does not use that of the present one', () => {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }];
  const b = bench();
  b.put(POD, webPod(b, { metadata: { uid: 'p0' }, spec: { nodeName: 'n1', volumes } }));
  b.put('core/persistentvolumeclaims/default/data-web-0', { spec: { volumeName: 'v' }, status: { phase: 'Bound' } });
  storage(b, 'attached', 'n1');
  known(b);
  const earlier = { node: 'n1', podUid: 'p0', pod: 'default/web-0', claims: ['data-web-0'], volumes: ['earlier'] };
  b.happen({ kind: 'mounted', ...earlier });
  b.settled();
  expect(b.violations).toEqual([expect.stringContaining('attached to n1, where nobody uses it')]);
  mount(b);
  b.settled();
  expect(b.violations).toHaveLength(1);
});

test('what is deleted while attached, or attached at rest for nobody, fires', () => {
  const b = bench();
  storage(b, 'attached', 'n1');
  b.settled();
  known(b);
  b.settled();
  storage(b, 'deleted');
  expect(
    b.violations.map((text) => text.replace(/.*(the API does not|nobody uses|was deleted while).*/, '$1')),
  ).toEqual(['the API does not', 'nobody uses', 'was deleted while']);
});
