import type { PersistentVolumeClaim, Pod, StorageClass } from '../observed.ts';
import type { World } from '../world.ts';
import { claimNames } from './pod-facts.ts';

/** Waits for a volume. */
export const isPending = (claim: PersistentVolumeClaim): boolean =>
  claim.metadata.deletionTimestamp === undefined && (claim.status.phase ?? 'Pending') === 'Pending';

export function classOf(claim: PersistentVolumeClaim, world: World): StorageClass | undefined {
  const name = claim.spec.storageClassName;
  return name === undefined ? undefined : world.observed.classes.find(({ metadata }) => metadata.name === name);
}

/** Pods that mount the claim. */
export function usersOf(claim: PersistentVolumeClaim, world: World): readonly Pod[] {
  const { namespace, name = '' } = claim.metadata;
  return world.observed.pods.filter((pod) => pod.metadata.namespace === namespace && claimNames(pod).includes(name));
}

/** A volume nobody makes by order: it has to be there already. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
