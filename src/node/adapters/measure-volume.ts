import { lstat, readdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeUsage } from '../metrics/volume-stats.ts';

/** Unit of `blocks` in the answer of stat(2). */
const BLOCK_BYTES = 512;

/** Bytes and inodes on disk below a path. Files with several names count once; what vanishes meanwhile counts nothing. */
async function walk(path: string, seen: Set<string>): Promise<{ bytes: number; inodes: number }> {
  const info = await lstat(path).catch(() => null);
  if (info === null) return { bytes: 0, inodes: 0 };
  if (info.nlink > 1 && !info.isDirectory()) {
    const id = `${info.dev}:${info.ino}`;
    if (seen.has(id)) return { bytes: 0, inodes: 0 };
    seen.add(id);
  }
  const sum = { bytes: info.blocks * BLOCK_BYTES, inodes: 1 };
  if (!info.isDirectory()) return sum;
  for (const name of await readdir(path).catch(() => [])) {
    const below = await walk(join(path, name), seen);
    sum.bytes += below.bytes;
    sum.inodes += below.inodes;
  }
  return sum;
}

/**
 * How full a volume is. A volume with a size of its own (a file system, or a quota that shows as one) is asked; for a
 * plain directory the files are counted, and size and room are those of the file system it shares, as the kubelet
 * does for such volumes. Rejects when there is no such directory.
 */
export async function measureVolume(path: string): Promise<VolumeUsage> {
  const [own, shared] = await Promise.all([statfs(path), statfs(dirname(path))]);
  const [inside, outside] = await Promise.all([lstat(path), lstat(dirname(path))]);
  const limits = {
    capacityBytes: own.blocks * own.bsize,
    availableBytes: own.bavail * own.bsize,
    inodes: own.files,
    inodesFree: own.ffree,
  };
  if (inside.dev !== outside.dev || own.blocks !== shared.blocks)
    return { ...limits, usedBytes: (own.blocks - own.bfree) * own.bsize, inodesUsed: own.files - own.ffree };
  const { bytes, inodes } = await walk(path, new Set());
  return { ...limits, usedBytes: bytes, inodesUsed: inodes };
}
