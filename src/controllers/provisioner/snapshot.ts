import type { Client, Target } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import {
  VOLUME_SNAPSHOT_CONTENTS,
  VOLUME_SNAPSHOTS,
  type VolumeSnapshot,
  type VolumeSnapshotContent,
} from '../framework/snapshots.ts';

async function getOrNull<T extends KubeObject>(client: Client, target: Target, name: string): Promise<T | null> {
  try {
    return await client.get<T>(target, name);
  } catch (error) {
    if (isStatus(error, 'NotFound')) return null;
    throw error;
  }
}

/** A snapshot and its content, read where they are: their kinds need not be served at all. */
export async function readSnapshot(
  client: Client,
  namespace: string,
  name: string,
): Promise<{ readonly snapshot: VolumeSnapshot | null; readonly content: VolumeSnapshotContent | null }> {
  const snapshot = await getOrNull<VolumeSnapshot>(client, { ...VOLUME_SNAPSHOTS, namespace }, name);
  const bound = snapshot?.status?.boundVolumeSnapshotContentName;
  const content =
    bound === undefined ? null : await getOrNull<VolumeSnapshotContent>(client, VOLUME_SNAPSHOT_CONTENTS, bound);
  return { snapshot, content };
}
