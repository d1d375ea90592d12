import { DRIVER } from '../../api/shared/attachment.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { SizeLimit } from '../framework/volume-backend.ts';
import { type PersistentVolume, PROVISIONED_BY, type StorageClass } from '../framework/volumes.ts';
import type { Placement } from './topology.ts';

export const PROVISIONER = 'perdure.dev/local';
/** Keeps the object until its directory is gone. */
export const PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

/** Says on the volume what keeps it from growing beyond its size, `none` included. */
export const SIZE_LIMIT = 'perdure.dev/size-limit';

export const volumeNameOf = (claim: PersistentVolumeClaim): string => `pvc-${claim.metadata.uid}`;

/** Volumes of a node are directories of it; those of a zone or the cluster have to be attached, so they have a driver. */
function sourceOf(scope: 'node' | 'zone' | 'cluster', name: string, path: string): object {
  if (scope === 'node') return { hostPath: { path, type: 'DirectoryOrCreate' } };
  return { csi: { driver: DRIVER, volumeHandle: name, volumeAttributes: { path } } };
}

/** The volume for a claim, reachable from where the placement says. */
export function newVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  { path, limit }: { readonly path: string; readonly limit?: SizeLimit },
  placement: Extract<Placement, { kind: 'placed' }>,
): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const policy = storageClass.reclaimPolicy ?? 'Delete';
  const { scope, terms } = placement;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeNameOf(claim),
      annotations: { [PROVISIONED_BY]: PROVISIONER, ...(limit === undefined ? {} : { [SIZE_LIMIT]: limit }) },
      ...(policy === 'Delete' ? { finalizers: [PROVISIONER_FINALIZER] } : {}),
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec.accessModes ?? [],
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      persistentVolumeReclaimPolicy: policy,
      storageClassName: storageClass.metadata.name ?? '',
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
      ...sourceOf(scope, volumeNameOf(claim), path),
      ...(terms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
    },
  };
}
