import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoopVolumes } from '../src/cluster/loop-volumes.ts';
import { volumeDirectories } from '../src/cluster/volume-directories.ts';
import type { VolumeFault } from '../src/controllers/framework/volume-backend.ts';
import { noLoopDevices } from './support/loop-devices.ts';

const MEBIBYTE = 2 ** 20;

const why = noLoopDevices();

describe.skipIf(why !== null)(`volumes with a file system of their own${why === null ? '' : ` (${why})`}`, () => {
  let root = '';
  let volumes = volumeDirectories('');
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'perdure-loop-'));
    volumes = volumeDirectories(root);
  });
  afterEach(async () => {
    await new LoopVolumes().unmountAll(root);
    rmSync(root, { recursive: true, force: true });
  });
  const create = (name: string, mebibytes: number, copyOf: string | null = null) =>
    volumes.create({ name, sizeBytes: mebibytes * MEBIBYTE, copyOf, enforce: 'loop' });
  const sizeOf = (path: string): number => {
    const { blocks, bsize } = statfsSync(path);
    return (blocks * bsize) / MEBIBYTE;
  };

  it('are empty, take no more than their size, and grow', async () => {
    const { path, limit } = await create('v', 16);
    expect([limit, readdirSync(path)]).toEqual(['file-system', []]);
    expect(() => writeFileSync(join(path, 'big'), Buffer.alloc(24 * MEBIBYTE))).toThrow('ENOSPC');
    expect(sizeOf(path)).toBeLessThan(17);
    await volumes.expand('v', 48 * MEBIBYTE);
    // Without CAP_SYS_RESOURCE it is grown when it is mounted the next time.
    await volumes.growFileSystem('v', 48 * MEBIBYTE, 'node').catch(async (error: VolumeFault) => {
      expect(error.kind).toBe('in-use');
      expect(sizeOf(path)).toBeLessThan(17);
      await volumes.stage('v');
      await volumes.growFileSystem('v', 48 * MEBIBYTE, 'node');
    });
    expect(sizeOf(path)).toBeGreaterThan(30);
    expect(readdirSync(root).sort()).toEqual(['v', 'v.img']);
    expect(readdirSync(path)).toEqual(['big']);
    writeFileSync(join(path, 'big'), Buffer.alloc(24 * MEBIBYTE));
  });

  it('are as they were after an unmount, once staged again, and gone when deleted', async () => {
    const { path } = await create('v', 16);
    writeFileSync(join(path, 'kept'), 'x');
    await new LoopVolumes().unmountAll(root);
    expect(readdirSync(path)).toEqual([]);
    await Promise.all([volumes.stage('v'), volumes.stage('v'), create('v', 16)]);
    expect(readFileSync(join(path, 'kept'), 'utf8')).toBe('x');
    await volumes.delete('v');
    await volumes.delete('v');
    expect([existsSync(path), readdirSync(root)]).toEqual([false, []]);
  });

  it('start with the content of other volumes, of either kind, mounted or not', async () => {
    const plain = await volumes.create({ name: 'plain', sizeBytes: 1, copyOf: null });
    writeFileSync(join(plain.path, 'said'), 'plain');
    const own = await create('own', 16, 'plain');
    await new LoopVolumes().unmountAll(root);
    const snapshot = await volumes.create({ name: 'snapshot', sizeBytes: 1, copyOf: 'own' });
    expect(readFileSync(join(own.path, 'said'), 'utf8')).toBe('plain');
    expect(readdirSync(snapshot.path)).toEqual(['said']);
    expect(existsSync(join(root, 'own.partial.img'))).toBe(false);
  });

  it('leave nothing of themselves when what they start with is too large for them', async () => {
    const plain = await volumes.create({ name: 'plain', sizeBytes: 1, copyOf: null });
    writeFileSync(join(plain.path, 'big'), Buffer.alloc(24 * MEBIBYTE));
    await expect(create('small', 16, 'plain')).rejects.toThrow('ENOSPC');
    expect(existsSync(join(root, 'small.img'))).toBe(false);
    await volumes.delete('small');
    expect(readdirSync(root)).toEqual(['plain']);
  });
});
