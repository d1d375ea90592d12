import { parseTime } from '../../base/time.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import {
  BIND_COMPLETED,
  classOf,
  DEFAULT_CLASS,
  isForClaim,
  type PersistentVolume,
  PROVISIONED_BY,
  SELECTED_NODE,
  type StorageClass,
} from '../framework/volumes.ts';
import { bestMatch, modeOf, unfitReason } from './match.ts';

export interface ClaimNotice {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type ClaimDecision =
  | { readonly kind: 'bind'; readonly volume: PersistentVolume }
  | { readonly kind: 'lost'; readonly notice: ClaimNotice }
  | { readonly kind: 'set-class'; readonly className: string }
  | { readonly kind: 'provision'; readonly provisioner: string }
  | { readonly kind: 'wait'; readonly notice: ClaimNotice | null };

export interface ClaimWorld {
  readonly volume: (name: string) => PersistentVolume | undefined;
  /** Volumes of the claim's class, and those meant for it. */
  readonly candidates: () => readonly PersistentVolume[];
  readonly storageClass: (name: string) => StorageClass | undefined;
  readonly classes: () => readonly StorageClass[];
  /** Pods that mount the claim. */
  readonly pods: () => readonly Pod[];
}

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
const normal = (reason: string, message: string): ClaimNotice => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): ClaimNotice => ({ type: 'Warning', reason, message });
const wait = (notice: ClaimNotice | null): ClaimDecision => ({ kind: 'wait', notice });

/** What to do about a claim (node.md 8.1, statefulset.md 2.2). Pure. */
export function decideClaim(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimDecision {
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return decideBound(claim, world);
  const name = claim.spec.volumeName ?? '';
  return name === '' ? decideUnbound(claim, world) : decideNamed(claim, world.volume(name));
}

function decideBound(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimDecision {
  const name = claim.spec.volumeName ?? '';
  if (name === '') {
    return {
      kind: 'lost',
      notice: warning('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!'),
    };
  }
  const volume = world.volume(name);
  if (volume === undefined) {
    return {
      kind: 'lost',
      notice: warning('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'),
    };
  }
  if (volume.spec.claimRef === undefined || volume.spec.claimRef.uid === claim.metadata.uid)
    return { kind: 'bind', volume };
  return {
    kind: 'lost',
    notice: warning('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly'),
  };
}

function decideNamed(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimDecision {
  if (volume === undefined) return wait(null);
  if (volume.spec.claimRef === undefined) {
    const why = unfitReason(volume, claim);
    if (why === null) return { kind: 'bind', volume };
    return wait(warning('VolumeMismatch', `Cannot bind to requested volume "${volume.metadata.name}": ${why}`));
  }
  if (isForClaim(volume, claim)) return { kind: 'bind', volume };
  return wait(warning('FailedBinding', `volume "${volume.metadata.name}" already bound to a different claim.`));
}

function decideUnbound(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimDecision {
  const className = classOf(claim);
  const storageClass = className === undefined || className === '' ? undefined : world.storageClass(className);
  const delayed =
    storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
    (claim.metadata.annotations?.[SELECTED_NODE] ?? '') === '';
  const volume = bestMatch(claim, world.candidates(), delayed);
  if (volume !== undefined) return { kind: 'bind', volume };
  if (className === undefined) {
    const standard = defaultClass(world.classes());
    if (standard !== undefined) return { kind: 'set-class', className: standard.metadata.name ?? '' };
  }
  if (delayed) return wait(consumerNotice(world.pods()));
  if (className === undefined || className === '') {
    return wait(normal('FailedBinding', 'no persistent volumes available for this claim and no storage class is set'));
  }
  if (storageClass === undefined) {
    return wait(warning('ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`));
  }
  if (storageClass.provisioner === NO_PROVISIONER) {
    return wait(warning('ProvisioningFailed', `no volume plugin matched name: ${NO_PROVISIONER}`));
  }
  return { kind: 'provision', provisioner: storageClass.provisioner };
}

function consumerNotice(pods: readonly Pod[]): ClaimNotice {
  const waiting = pods.filter((pod) => (pod.spec.nodeName ?? '') === '').map((pod) => pod.metadata.name ?? '');
  if (waiting.length === 0)
    return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  const what = waiting.length === 1 ? `pod ${waiting[0]}` : `pods ${waiting.sort().join(',')}`;
  return normal('WaitForPodScheduled', `waiting for ${what} to be scheduled`);
}

/** The newest of the classes marked as default, by name among equals. */
export function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  return classes
    .filter((candidate) => candidate.metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .sort(
      (a, b) =>
        parseTime(b.metadata.creationTimestamp) - parseTime(a.metadata.creationTimestamp) ||
        ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
    )[0];
}

export type VolumeDecision =
  | { readonly kind: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** The claim is gone: Released, then what the reclaim policy says. */
  | { readonly kind: 'release' }
  /** The claim has yet to be told. */
  | { readonly kind: 'tell-claim' }
  /** The claim took another volume: this one is free again. */
  | { readonly kind: 'unbind' }
  /** Claim and volume name each other and can never be used together. */
  | { readonly kind: 'mismatch'; readonly message: string };

/** What to do about a volume; `claim` is the one its claimRef names, whatever its uid. */
export function decideVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeDecision {
  const ref = volume.spec.claimRef;
  if (ref?.uid === undefined || ref.uid === '') return { kind: 'phase', phase: 'Available' };
  if (claim === undefined || claim.metadata.uid !== ref.uid) return { kind: 'release' };
  const name = claim.spec.volumeName ?? '';
  if (name === '') {
    if (modeOf(volume) === modeOf(claim)) return { kind: 'tell-claim' };
    return {
      kind: 'mismatch',
      message: `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`,
    };
  }
  if (name === volume.metadata.name) return { kind: 'phase', phase: 'Bound' };
  // Made for this claim, which has another one: nobody will ever use it.
  const spare =
    volume.metadata.annotations?.[PROVISIONED_BY] !== undefined &&
    volume.spec.persistentVolumeReclaimPolicy === 'Delete';
  return { kind: spare ? 'release' : 'unbind' };
}
