import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from '../framework/snapshots.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import { decideContent, decideSnapshot, type SnapshotWorld } from './decide.ts';

const BOTH = [
  'snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection',
  'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection',
];
const HELD = 'snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection';

const snapshot = (metadata: object = {}, spec: object = {}): VolumeSnapshot => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name: 's', namespace: 'n', uid: 'u', finalizers: BOTH, ...metadata },
  spec: { source: { persistentVolumeClaimName: 'c' }, volumeSnapshotClassName: 'x', ...spec },
});
const content = (extra: object = {}, spec: object = {}): VolumeSnapshotContent => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshotContent',
  metadata: { name: 'snapcontent-u', uid: 'k', finalizers: [HELD] },
  spec: {
    deletionPolicy: 'Delete',
    driver: 'csi.perdure.dev',
    source: { volumeHandle: 'v' },
    volumeSnapshotRef: { namespace: 'n', name: 's', uid: 'u' },
    ...spec,
  },
  ...extra,
});
const snapshotClass = (extra: Partial<VolumeSnapshotClass> = {}): VolumeSnapshotClass => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshotClass',
  metadata: { name: 'x' },
  driver: 'csi.perdure.dev',
  deletionPolicy: 'Retain',
  ...extra,
});
const claim = (phase: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n' },
  spec: { volumeName: 'v' },
  status: { phase },
});
const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': 'perdure.dev/local' } },
  spec: {},
};
const decide = (of: VolumeSnapshot, extra: Partial<SnapshotWorld> = {}) =>
  decideSnapshot(of, {
    content: () => undefined,
    claim: () => claim('Bound'),
    volume: () => volume,
    classes: () => [snapshotClass()],
    restoring: () => false,
    ...extra,
  });
const bound = { content: () => content() };

describe('a snapshot', () => {
  it('is protected, then gets a content by the policy of its class', () => {
    expect(decide(snapshot({ finalizers: [] }))).toEqual({ kind: 'set-finalizers', finalizers: BOTH });
    expect(decide(snapshot())).toMatchObject({
      kind: 'create-content',
      content: {
        metadata: { name: 'snapcontent-u' },
        spec: { deletionPolicy: 'Retain', source: { volumeHandle: 'v' }, volumeSnapshotRef: { uid: 'u' } },
      },
    });
  });

  it('says what it lacks', () => {
    const why = (of: VolumeSnapshot, extra: Partial<SnapshotWorld> = {}) => {
      const step = decide(of, extra);
      return step.kind === 'fail' ? step.message : step.kind;
    };
    const unclassed = snapshot({}, { volumeSnapshotClassName: undefined });
    expect(why(unclassed)).toBe('cannot find default snapshot class');
    expect(why(snapshot(), { classes: () => [] })).toMatch(/"x" not found$/);
    expect(why(snapshot(), { claim: () => undefined })).toMatch(/"c" not found$/);
    expect(why(snapshot(), { claim: () => claim('Pending') })).toBe('the PVC c is not yet bound to a PV');
    const given = snapshot({}, { source: { volumeSnapshotContentName: 'k' } });
    expect(why(given)).toBe('VolumeSnapshotContent "k" is missing');
    const other = content({}, { volumeSnapshotRef: { namespace: 'n', name: 'another' } });
    expect(why(given, { content: () => other })).toBe('VolumeSnapshotContent "k" is bound to a different snapshot');
    const meant = content({}, { volumeSnapshotRef: { namespace: 'n', name: 's' } });
    expect(why(given, { content: () => meant })).toBe('bind-content');
  });

  it('is nothing to us when it is of another driver', () => {
    expect(decide(snapshot(), { classes: () => [snapshotClass({ driver: 'other' })] }).kind).toBe('nothing');
  });

  it('tells what its content tells', () => {
    const status = { readyToUse: true, creationTime: 1_800_000_000_000_000_000, restoreSize: 2 ** 30 };
    expect(decide(snapshot(), { content: () => content({ status }) })).toEqual({
      kind: 'set-status',
      status: {
        boundVolumeSnapshotContentName: 'snapcontent-u',
        creationTime: '2027-01-15T08:00:00Z',
        readyToUse: true,
        restoreSize: '1Gi',
      },
    });
  });

  it('goes after its content, and not while a claim is filled from it', () => {
    const going = snapshot({ deletionTimestamp: 'x' });
    expect(decide(going, { ...bound, restoring: () => true }).kind).toBe('nothing');
    expect(decide(going, bound).kind).toBe('delete-content');
    const leaving = content({ metadata: { ...content().metadata, deletionTimestamp: 'x' } });
    expect(decide(going, { content: () => leaving }).kind).toBe('nothing');
    expect(decide(going)).toEqual({ kind: 'set-finalizers', finalizers: [] });
    const kept = content({}, { deletionPolicy: 'Retain' });
    expect(decide(going, { content: () => kept })).toEqual({ kind: 'set-finalizers', finalizers: [] });
  });
});

describe('a content', () => {
  it('is cut once, or taken over', () => {
    expect(decideContent(content(), snapshot())).toEqual({ kind: 'cut', volumeHandle: 'v', handle: 'snapshot-k' });
    expect(decideContent(content({ status: { readyToUse: true } }), snapshot()).kind).toBe('nothing');
    const given = content({}, { source: { snapshotHandle: 'h' } });
    expect(decideContent(given, undefined)).toEqual({ kind: 'take-over', handle: 'h' });
  });

  it('is deleted with its data only by its policy, and only after its snapshot', () => {
    const metadata = { ...content().metadata, deletionTimestamp: 'x' };
    const status = { readyToUse: true, snapshotHandle: 'h' };
    expect(decideContent(content({ metadata, status }), snapshot()).kind).toBe('nothing');
    const gone = snapshot({ deletionTimestamp: 'x' });
    for (const of of [gone, undefined, snapshot({ uid: 'later' })])
      expect(decideContent(content({ metadata, status }), of)).toEqual({ kind: 'delete', handle: 'h' });
    const kept = content({ metadata, status }, { deletionPolicy: 'Retain' });
    expect(decideContent(kept, undefined)).toEqual({ kind: 'delete', handle: null });
  });
});
