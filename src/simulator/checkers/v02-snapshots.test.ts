import { expect, test } from 'vitest';
import { CheckerBench } from './testing.ts';
import { V2 } from './v02-snapshots.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const SNAPSHOT = 'snapshot.storage.k8s.io/volumesnapshots/default/s';
const CONTENT = 'snapshot.storage.k8s.io/volumesnapshotcontents/c';
const RESTORED = 'core/persistentvolumeclaims/default/restored';

const made = (b: CheckerBench, volume: string, base: string): void =>
  b.happen({ kind: 'storage', what: 'created', volume, base });

/** A snapshot of a claim that has volume `v`, ready with what `base` says. */
function ready(base: string, cutFirst = false): CheckerBench {
  const b = new CheckerBench(V2);
  b.put(CLAIM, { spec: { volumeName: 'v' }, status: { phase: 'Bound' } });
  if (cutFirst) made(b, 'snapshot-1', base);
  b.advance(1_000);
  const spec = { source: { persistentVolumeClaimName: 'data-web-0' } };
  b.put(SNAPSHOT, { metadata: { uid: 's1' }, spec });
  if (!cutFirst) made(b, 'snapshot-1', base);
  b.put(CONTENT, {
    spec: { deletionPolicy: 'Delete', volumeSnapshotRef: { uid: 's1' } },
    status: { snapshotHandle: 'snapshot-1' },
  });
  b.put(SNAPSHOT, { metadata: { uid: 's1' }, spec, status: { readyToUse: true, boundVolumeSnapshotContentName: 'c' } });
  return b;
}

function restored(base: string): CheckerBench {
  const b = ready('v:3>');
  made(b, 'pvc-r1', base);
  b.put(RESTORED, {
    metadata: { uid: 'r1' },
    spec: { volumeName: 'pvc-r1', dataSource: { kind: 'VolumeSnapshot', name: 's' } },
    status: { phase: 'Bound' },
  });
  return b;
}

test('a state of its source is right, and what is restored from it too', () => {
  const b = restored('v:3>snapshot-1:0>');
  b.settled();
  expect([b.violations, b.evaluations]).toEqual([[], 4]);
});

test('a snapshot of something else, of nothing, or from before it was asked for fires', () => {
  expect(ready('w:3>').violations[0]).toContain('is not a state of');
  expect(ready('').violations[0]).toContain('holds nothing');
  expect(ready('v:3>', true).violations[0]).toContain('1000 ms before it was asked for');
});

test('a restored claim with another content fires', () => {
  expect(restored('').violations[0]).toContain('holds nothing, not what snapshot s holds');
  expect(restored('v:4>').violations[0]).toContain('holds v:4>');
});

test('a snapshot that is deleted although its content stays fires', () => {
  const b = ready('v:3>');
  b.happen({ kind: 'storage', what: 'deleted', volume: 'snapshot-1' });
  expect(b.violations[0]).toContain('is to stay');
});

test('a snapshot that is never ready fires at rest', () => {
  const b = new CheckerBench(V2);
  b.put(CLAIM, { spec: { volumeName: 'v' }, status: { phase: 'Bound' } });
  b.put(SNAPSHOT, { spec: { source: { persistentVolumeClaimName: 'data-web-0' } } });
  b.settled();
  expect(b.violations[0]).toContain('is not ready: nobody says why');
});
