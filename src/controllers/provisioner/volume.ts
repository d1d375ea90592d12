import type { PersistentVolumeClaim } from '../framework/objects.ts';
import { type PersistentVolume, PROVISIONED_BY, type StorageClass } from '../framework/volumes.ts';

export const PROVISIONER = 'perdure.dev/local';
/** Keeps the object until its directory is gone. */
export const PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

export const volumeNameOf = (claim: PersistentVolumeClaim): string => `pvc-${claim.metadata.uid}`;

/** The volume for a claim; `hostname` ties it to one node. */
export function newVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  path: string,
  hostname: string | null,
): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const policy = storageClass.reclaimPolicy ?? 'Delete';
  const term = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] }] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeNameOf(claim),
      annotations: { [PROVISIONED_BY]: PROVISIONER },
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
      hostPath: { path, type: 'DirectoryOrCreate' },
      ...(hostname === null ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [term] } } }),
    },
  };
}
