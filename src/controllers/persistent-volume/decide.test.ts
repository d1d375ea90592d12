import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { PersistentVolume, StorageClass } from '../framework/volumes.ts';
import { type ClaimWorld, decideClaim, decideVolume } from './decide.ts';

const claim = (spec: object = {}, annotations: Record<string, string> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid: 'u', annotations },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'x', resources: { requests: { storage: '2Gi' } }, ...spec },
});
const volume = (name: string, storage: string, spec: object = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'x', ...spec },
  status: { phase: 'Available' },
});
const storageClass = (spec: Partial<StorageClass>): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'x' },
  provisioner: 'p',
  ...spec,
});
const world = (volumes: PersistentVolume[], classes: StorageClass[] = []): ClaimWorld => ({
  volume: (name) => volumes.find((candidate) => candidate.metadata.name === name),
  candidates: () => volumes,
  storageClass: (name) => classes.find((candidate) => candidate.metadata.name === name),
  classes: () => classes,
  pods: () => [],
});

describe('an unbound claim', () => {
  it('takes the smallest volume that is large enough', () => {
    const decision = decideClaim(claim(), world([volume('big', '9Gi'), volume('small', '1Gi'), volume('fits', '3Gi')]));
    expect(decision).toMatchObject({ kind: 'bind', volume: { metadata: { name: 'fits' } } });
  });

  it('takes the one meant for it before all others', () => {
    const meant = volume('meant', '50Gi', { claimRef: { namespace: 'n', name: 'c' } });
    expect(decideClaim(claim(), world([volume('fits', '3Gi'), meant]))).toMatchObject({
      volume: { metadata: { name: 'meant' } },
    });
  });

  it('says why it waits', () => {
    const notice = (c: PersistentVolumeClaim, classes: StorageClass[] = []) => {
      const decision = decideClaim(c, world([], classes));
      return decision.kind === 'wait' ? `${decision.notice?.reason}: ${decision.notice?.message}` : decision.kind;
    };
    expect(notice(claim({ storageClassName: '' }))).toBe(
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    );
    expect(notice(claim())).toBe('ProvisioningFailed: storageclass.storage.k8s.io "x" not found');
    expect(notice(claim(), [storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })])).toBe(
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    );
    expect(notice(claim(), [storageClass({})])).toBe('provision');
  });

  it('leaves choosing to the scheduler where a consumer comes first', () => {
    const delayed = [storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })];
    expect(decideClaim(claim(), world([volume('fits', '3Gi')], delayed)).kind).toBe('wait');
  });

  it('gets the default class when it names none', () => {
    const standard = storageClass({
      metadata: { name: 'std', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    });
    expect(decideClaim(claim({ storageClassName: undefined }), world([], [standard]))).toEqual({
      kind: 'set-class',
      className: 'std',
    });
  });
});

describe('a bound claim', () => {
  const bound = claim({ volumeName: 'v' }, { 'pv.kubernetes.io/bind-completed': 'yes' });

  it("is lost with its volume, or when the volume is another one's", () => {
    expect(decideClaim(bound, world([]))).toMatchObject({ kind: 'lost', notice: { reason: 'ClaimLost' } });
    const taken = volume('v', '3Gi', { claimRef: { namespace: 'n', name: 'c', uid: 'earlier' } });
    expect(decideClaim(bound, world([taken]))).toMatchObject({ kind: 'lost', notice: { reason: 'ClaimMisbound' } });
  });
});

describe('a volume', () => {
  const claimed = volume('v', '3Gi', { claimRef: { namespace: 'n', name: 'c', uid: 'u' } });

  it('is released when its claim is gone or another life of it', () => {
    expect(decideVolume(claimed, undefined, false).kind).toBe('release');
    const again = { ...claim(), metadata: { ...claim().metadata, uid: 'second' } };
    expect(decideVolume(claimed, again, false).kind).toBe('release');
  });

  it('is bound once both point at each other', () => {
    expect(decideVolume(claimed, claim({ volumeName: 'v' }), true)).toEqual({ kind: 'phase', phase: 'Bound' });
    expect(decideVolume(volume('v', '3Gi'), undefined, false)).toEqual({ kind: 'phase', phase: 'Available' });
  });
});
