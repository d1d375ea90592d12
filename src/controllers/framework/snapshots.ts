import type { KubeObject, ResourceId } from '../../schema/object.ts';

const GROUP = 'snapshot.storage.k8s.io';
const kind = (resource: string): ResourceId => ({ group: GROUP, version: 'v1', resource });

export const SNAPSHOT_GROUP = GROUP;
export const VOLUME_SNAPSHOTS = kind('volumesnapshots');
export const VOLUME_SNAPSHOT_CONTENTS = kind('volumesnapshotcontents');
export const VOLUME_SNAPSHOT_CLASSES = kind('volumesnapshotclasses');

export interface SnapshotError {
  readonly time?: string;
  readonly message?: string;
}

export interface VolumeSnapshot extends KubeObject {
  readonly spec: {
    readonly source: {
      readonly persistentVolumeClaimName?: string;
      readonly volumeSnapshotContentName?: string;
    };
    readonly volumeSnapshotClassName?: string;
  };
  readonly status?: {
    readonly boundVolumeSnapshotContentName?: string;
    readonly creationTime?: string;
    readonly readyToUse?: boolean;
    readonly restoreSize?: string;
    readonly error?: SnapshotError;
  };
}

export interface VolumeSnapshotContent extends KubeObject {
  readonly spec: {
    readonly deletionPolicy: string;
    readonly driver: string;
    readonly source: { readonly volumeHandle?: string; readonly snapshotHandle?: string };
    readonly sourceVolumeMode?: string;
    readonly volumeSnapshotClassName?: string;
    readonly volumeSnapshotRef: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  };
  readonly status?: {
    readonly snapshotHandle?: string;
    /** Nanoseconds since the epoch. */
    readonly creationTime?: number;
    readonly readyToUse?: boolean;
    /** Bytes. */
    readonly restoreSize?: number;
    readonly error?: SnapshotError;
  };
}

export interface VolumeSnapshotClass extends KubeObject {
  readonly driver: string;
  readonly deletionPolicy: string;
}
