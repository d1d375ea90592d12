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
    expect(decideVolume(claimed, undefined).kind).toBe('release');
    const again = { ...claim(), metadata: { ...claim().metadata, uid: 'second' } };
    expect(decideVolume(claimed, again).kind).toBe('release');
  });

  it('is bound once both point at each other', () => {
    expect(decideVolume(claimed, claim({ volumeName: 'v' }))).toEqual({ kind: 'phase', phase: 'Bound' });
    expect(decideVolume(volume('v', '3Gi'), undefined)).toEqual({ kind: 'phase', phase: 'Available' });
  });

  it('is free again when its claim took another one, or deleted if it was made for that claim', () => {
    expect(decideVolume(claimed, claim({ volumeName: 'other' })).kind).toBe('unbind');
    const provisioned = {
      ...volume('v', '3Gi', { ...claimed.spec, persistentVolumeReclaimPolicy: 'Delete' }),
      metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': 'p' } },
    };
    expect(decideVolume(provisioned, claim({ volumeName: 'other' })).kind).toBe('release');
  });

  it('never meets a claim of the other volume mode', () => {
    expect(decideVolume(claimed, claim()).kind).toBe('tell-claim');
    expect(decideVolume(claimed, claim({ volumeMode: 'Block' })).kind).toBe('mismatch');
  });
});

describe('which volumes an unbound claim may take', () => {
  const decide = (c: PersistentVolumeClaim, ...volumes: PersistentVolume[]): string => {
    const decision = decideClaim(c, world(volumes));
    return decision.kind === 'bind' ? (decision.volume.metadata.name ?? '') : decision.kind;
  };
  const labelled = { ...volume('labelled', '9Gi'), metadata: { name: 'labelled', labels: { tier: 'gold' } } };

  it.each([
    ['too small', claim(), volume('v', '1Gi')],
    ['another mode', claim({ accessModes: ['ReadWriteMany'] }), volume('v', '3Gi')],
    ['not Available', claim(), { ...volume('v', '3Gi'), status: { phase: 'Released' } }],
    ['block instead of files', claim(), volume('v', '3Gi', { volumeMode: 'Block' })],
    ['another attributes class', claim(), volume('v', '3Gi', { volumeAttributesClassName: 'fast' })],
    ['without the label', claim({ selector: { matchLabels: { tier: 'gold' } } }), volume('v', '3Gi')],
    ['meant for another claim', claim(), volume('v', '3Gi', { claimRef: { namespace: 'n', name: 'other' } })],
    [
      'an earlier life of the claim',
      claim(),
      volume('v', '3Gi', { claimRef: { namespace: 'n', name: 'c', uid: 'old' } }),
    ],
  ])('not one that is %s', (_, c, v) => expect(decide(c, v)).toBe('wait'));

  it('the labelled one, though it is larger', () => {
    const c = claim({ selector: { matchLabels: { tier: 'gold' } } });
    expect(decide(c, volume('small', '3Gi'), labelled)).toBe('labelled');
  });

  it('the one with the fewest modes, before the smallest', () => {
    const many = volume('many', '3Gi', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] });
    expect(decide(claim(), many, volume('one', '5Gi'))).toBe('one');
  });

  it('the one it names, or says what is wrong with it', () => {
    expect(decide(claim({ volumeName: 'v' }), volume('v', '3Gi'))).toBe('v');
    const why = (spec: object, ...volumes: PersistentVolume[]) => {
      const decision = decideClaim(claim({ volumeName: 'v', ...spec }), world(volumes));
      return decision.kind === 'wait' ? (decision.notice?.message ?? 'silence') : decision.kind;
    };
    expect(why({})).toBe('silence');
    expect(why({}, volume('v', '1Gi'))).toBe('Cannot bind to requested volume "v": requested PV is too small');
    expect(why({ storageClassName: '' }, volume('v', '3Gi'))).toMatch(/storageClassName does not match$/);
    expect(why({ accessModes: ['ReadWriteMany'] }, volume('v', '3Gi'))).toMatch(/incompatible accessMode$/);
    expect(why({}, volume('v', '3Gi', { claimRef: { namespace: 'n', name: 'd' } }))).toBe(
      'volume "v" already bound to a different claim.',
    );
  });
});
