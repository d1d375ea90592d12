import { compareQuantity } from '../../base/quantity.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import { selects } from '../framework/selector.ts';
import { classOf, isForClaim, type PersistentVolume } from '../framework/volumes.ts';

const requested = (claim: PersistentVolumeClaim): string => claim.spec.resources?.requests?.storage ?? '0';
const capacityOf = (volume: PersistentVolume): string => volume.spec.capacity?.storage ?? '0';
export const modeOf = (object: { readonly spec: { readonly volumeMode?: string } }): string =>
  object.spec.volumeMode ?? 'Filesystem';

/** Why a volume cannot serve a claim that names it, or null (wording of upstream's VolumeMismatch event). */
export function unfitReason(volume: PersistentVolume, claim: PersistentVolumeClaim): string | null {
  if (volume.metadata.deletionTimestamp !== undefined)
    return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (compareQuantity(capacityOf(volume), requested(claim)) < 0) return 'requested PV is too small';
  if ((classOf(volume) ?? '') !== (classOf(claim) ?? '')) return 'storageClassName does not match';
  if ((volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) {
    return 'volumeAttributesClassName does not match';
  }
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  return offersModes(volume, claim) ? null : 'incompatible accessMode';
}

function offersModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
}

/**
 * The volume an unbound claim gets (node.md 8.1): one already meant for it, else among the available ones of its class
 * the one with the fewest access modes, then the smallest. `preBoundOnly` is for claims whose binding is the
 * scheduler's.
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  preBoundOnly: boolean,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!fitsAlways(volume, claim)) continue;
    if (isForClaim(volume, claim)) return volume;
    if (preBoundOnly || !fitsUnclaimed(volume, claim)) continue;
    if (best === undefined || better(volume, best)) best = volume;
  }
  return best;
}

function fitsAlways(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (
    volume.metadata.deletionTimestamp === undefined &&
    offersModes(volume, claim) &&
    modeOf(volume) === modeOf(claim) &&
    (volume.spec.volumeAttributesClassName ?? '') === (claim.spec.volumeAttributesClassName ?? '') &&
    compareQuantity(capacityOf(volume), requested(claim)) >= 0
  );
}

function fitsUnclaimed(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (
    volume.spec.claimRef === undefined &&
    volume.status?.phase === 'Available' &&
    (classOf(volume) ?? '') === (classOf(claim) ?? '') &&
    (claim.spec.selector === undefined || selects(claim.spec.selector, volume.metadata.labels))
  );
}

function better(a: PersistentVolume, b: PersistentVolume): boolean {
  const modes = (a.spec.accessModes?.length ?? 0) - (b.spec.accessModes?.length ?? 0);
  if (modes !== 0) return modes < 0;
  return compareQuantity(capacityOf(a), capacityOf(b)) < 0;
}
