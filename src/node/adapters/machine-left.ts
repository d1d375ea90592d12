import { readFile, statfs } from 'node:fs/promises';
import type { Observation } from '../pressure/thresholds.ts';

/** What the machine has left: its memory, and the file system a directory is on. What cannot be read is left out. */
export async function machineLeft(directory: string): Promise<Observation> {
  const [memory, disk] = await Promise.all([
    readFile('/proc/meminfo', 'latin1').catch(() => ''),
    statfs(directory).catch(() => null),
  ]);
  const field = (name: string): number | null => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory);
    return match === null ? null : Number(match[1]) * 1024;
  };
  const available = field('MemAvailable');
  const capacity = field('MemTotal');
  return {
    ...(available === null || capacity === null ? {} : { 'memory.available': { available, capacity } }),
    ...(disk === null
      ? {}
      : { 'nodefs.available': { available: disk.bavail * disk.bsize, capacity: disk.blocks * disk.bsize } }),
    // Some file systems count no inodes.
    ...(disk === null || disk.files === 0
      ? {}
      : { 'nodefs.inodesFree': { available: disk.ffree, capacity: disk.files } }),
  };
}
