import type { Target } from '../../client/client.ts';
import { STORAGE_CLASSES } from '../../client/resources.ts';
import { ensureSnapshotKinds } from '../../cluster/snapshot-kinds.ts';
import type { World } from '../world/world.ts';

/** Class of volumes that belong to a zone: they are attached to the node that uses them. */
export const ZONAL = 'zonal';
/** Class of volumes that every node can have, made as soon as they are asked for. */
export const ANYWHERE = 'anywhere';
/** Class of pods for which members have to make room. */
export const URGENT = 'urgent';

const PRIORITY_CLASSES: Target = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };

/** What beyond sets and faults a seed is about. Each costs time, so no seed has all. */
export interface Themes {
  /** Snapshots are taken and restored. */
  readonly snapshots: boolean;
  /** Urgent pods take the room of members. */
  readonly preemption: boolean;
  /** Nodes fence themselves. */
  readonly selfFencing: boolean;
}

const THEMES = 4;

/** Themes of a seed, in turn. */
export function themesOf(seed: number): Themes {
  const turn = Math.floor(seed) % THEMES;
  return { snapshots: turn === 1, preemption: turn === 2, selfFencing: turn === 3 };
}

const storageClass = (name: string, scope: string, volumeBindingMode: string): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'perdure.dev/local',
  parameters: { scope },
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
  volumeBindingMode,
});

/** What an administrator has set up before anybody uses the cluster. */
export async function setUpCluster(world: World, { snapshots, preemption }: Themes): Promise<void> {
  const { client, clock } = world;
  await client.create(STORAGE_CLASSES, storageClass(ZONAL, 'zone', 'WaitForFirstConsumer'));
  await client.create(STORAGE_CLASSES, storageClass(ANYWHERE, 'cluster', 'Immediate'));
  if (snapshots) await ensureSnapshotKinds(client, clock);
  if (preemption) {
    const urgent = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: URGENT },
      value: 1000,
    };
    await client.create(PRIORITY_CLASSES, urgent);
  }
}
