import { expect, test } from 'vitest';
import { S4 } from './s04-data-kept.ts';
import { CheckerBench, pod, WEB, WEB_REF, webPod, webSet } from './testing.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-2';
const VOLUME = 'core/persistentvolumes/pv-2';
const GC = { verb: 'delete', program: 'kcm-0', part: 'garbage-collector' } as const;
const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };

/** A set of so many replicas, with a claim of ordinal 2 bound to a volume. */
function bench(retention: object, replicas = 3, refs: readonly object[] = []): CheckerBench {
  const made = new CheckerBench(S4);
  const templates = [{ metadata: { name: 'data' } }];
  made.put(WEB, webSet({ replicas, volumeClaimTemplates: templates, persistentVolumeClaimRetentionPolicy: retention }));
  made.put(CLAIM, {
    kind: 'PersistentVolumeClaim',
    metadata: { uid: 'claim-2', ...(refs.length === 0 ? {} : { ownerReferences: refs }) },
    spec: { volumeName: 'pv-2' },
  });
  made.put(VOLUME, {
    kind: 'PersistentVolume',
    spec: {
      claimRef: { namespace: 'default', name: 'data-web-2', uid: 'claim-2' },
      persistentVolumeReclaimPolicy: 'Delete',
    },
    status: { phase: 'Bound' },
  });
  return made;
}

function owned(b: CheckerBench, ref: object): void {
  const claim = b.history.now(CLAIM)!;
  b.pass('default/web');
  b.call(CLAIM, { verb: 'update', body: { ...claim, metadata: { ...claim.metadata, ownerReferences: [ref] } } });
}

test('a claim goes when a user says so, and not when nobody does', () => {
  const asked = bench({});
  asked.call(CLAIM, { verb: 'delete', program: 'administrator' });
  asked.change(CLAIM, deleted);
  expect(asked.violations).toEqual([]);
  const unasked = bench({});
  unasked.change(CLAIM, deleted);
  expect(unasked.violations[0]).toContain('nobody asked');
});

test('a claim is collected once its set is gone and had whenDeleted: Delete', () => {
  const right = bench({ whenDeleted: 'Delete' }, 3, [WEB_REF]);
  right.remove(WEB);
  right.call(CLAIM, GC);
  right.remove(CLAIM);
  expect(right.violations).toEqual([]);
  const early = bench({ whenDeleted: 'Delete' }, 3, [WEB_REF]);
  early.call(CLAIM, GC);
  early.remove(CLAIM);
  expect(early.violations[0]).toContain('while its owner');
  const retained = bench({}, 3, [WEB_REF]);
  retained.remove(WEB);
  retained.call(CLAIM, GC);
  retained.remove(CLAIM);
  expect(retained.violations[0]).toContain('never had whenDeleted: Delete');
});

test('the controller may not delete a claim itself', () => {
  const b = bench({ whenDeleted: 'Delete' });
  b.call(CLAIM, { verb: 'delete' });
  b.remove(CLAIM);
  expect(b.violations[0]).toContain('was deleted by kcm-0 statefulset');
});

test('a claim gets the owner that the policy says', () => {
  const podRef = { apiVersion: 'v1', kind: 'Pod', name: 'web-2', uid: 'p' };
  const count = (retention: object, replicas: number, ref: object): number => {
    const b = bench(retention, replicas);
    owned(b, ref);
    return b.violations.length;
  };
  expect(count({ whenDeleted: 'Delete' }, 3, WEB_REF)).toBe(0);
  expect(count({ whenScaled: 'Delete' }, 2, podRef)).toBe(0);
  expect(count({}, 3, WEB_REF)).toBe(1);
  expect(count({ whenScaled: 'Delete' }, 3, podRef)).toBe(1);
  expect(count({}, 2, podRef)).toBe(1);
});

test('a new member on a claim that goes with the one before fires', () => {
  const b = bench({ whenScaled: 'Delete' }, 3, [{ apiVersion: 'v1', kind: 'Pod', name: 'web-2', uid: 'gone' }]);
  b.pass('default/web');
  b.call(pod(2), { verb: 'create', body: webPod(b) });
  expect(b.violations[0]).toContain('which goes with a pod that is gone');
});

test('storage is given back only of volumes whose claim is gone and whose policy says so', () => {
  const give = { verb: 'delete', program: 'kcm-0', part: 'provisioner' } as const;
  const bound = bench({});
  bound.call(VOLUME, give);
  expect(bound.violations[0]).toContain('is bound to it');
  const free = bench({});
  free.call(CLAIM, { verb: 'delete', program: 'administrator' });
  free.remove(CLAIM);
  free.call(VOLUME, give);
  expect(free.violations).toEqual([]);
  free.change(VOLUME, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
  free.call(VOLUME, give);
  expect(free.violations[0]).toContain('reclaim policy is Retain');
});

test('a volume that is released while its claim is there fires', () => {
  const b = bench({});
  b.change(VOLUME, { status: { phase: 'Released' } });
  expect(b.violations[0]).toContain('was released while');
});

test('a claim that goes from under a pod fires', () => {
  const b = bench({});
  b.put(
    pod(2),
    webPod(b, { spec: { nodeName: 'n1', volumes: [{ persistentVolumeClaim: { claimName: 'data-web-2' } }] } }),
  );
  b.call(CLAIM, { verb: 'delete', program: 'administrator' });
  b.change(CLAIM, deleted);
  expect(b.violations).toEqual([]);
  b.remove(CLAIM);
  expect(b.violations[0]).toContain('uses it');
});
