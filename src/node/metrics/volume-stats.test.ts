import { expect, it } from 'vitest';
import { VolumeStats, type VolumeUsage } from './volume-stats.ts';

const usage = (usedBytes: number): VolumeUsage => ({
  capacityBytes: 100,
  availableBytes: 100 - usedBytes,
  usedBytes,
  inodes: 10,
  inodesFree: 9,
  inodesUsed: 1,
});

it('measures when asked, once a minute for each volume, and shares the answer meanwhile', async () => {
  let now = 0;
  const asked: string[] = [];
  const measure = async (path: string): Promise<VolumeUsage> => {
    asked.push(path);
    return usage(asked.length);
  };
  const stats = new VolumeStats(measure, { monotonic: () => now } as never);
  expect(asked).toEqual([]);
  const [a, again] = await Promise.all([stats.of('/a'), stats.of('/a')]);
  expect(again).toBe(a);
  now = 59_999;
  expect(await stats.of('/a')).toBe(a);
  now = 60_000;
  expect((await stats.of('/a'))?.usedBytes).toBe(2);
  expect((await stats.of('/b'))?.usedBytes).toBe(3);
  expect(asked).toEqual(['/a', '/a', '/b']);
});

it('knows nothing of a volume that cannot be measured', async () => {
  const stats = new VolumeStats(() => Promise.reject(new Error('gone')), { monotonic: () => 0 } as never);
  expect(await stats.of('/a')).toBeNull();
});
