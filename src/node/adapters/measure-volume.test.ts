import { link, mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureVolume } from './measure-volume.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'perdure-measure-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('counts what a directory holds, a file of two names once, and tells the size of its file system', async () => {
  const volume = join(root, 'volume');
  await mkdir(join(volume, 'deep'), { recursive: true });
  const empty = await measureVolume(volume);
  await writeFile(join(volume, 'deep', 'a'), Buffer.alloc(256 * 1024, 1));
  await link(join(volume, 'deep', 'a'), join(volume, 'b'));
  const full = await measureVolume(volume);
  expect(full.inodesUsed - empty.inodesUsed).toBe(1);
  expect(full.usedBytes - empty.usedBytes).toBeGreaterThanOrEqual(256 * 1024);
  expect(full.usedBytes - empty.usedBytes).toBeLessThan(512 * 1024);
  const { blocks, bsize } = await statfs(root);
  expect(full.capacityBytes).toBe(blocks * bsize);
});

it('fails for what is not there', async () => {
  await expect(measureVolume(join(root, 'nothing'))).rejects.toThrow('ENOENT');
});
