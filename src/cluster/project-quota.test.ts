import { lstatSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProjectQuota, quotaMount } from './project-quota.ts';
import { volumeDirectories } from './volume-directories.ts';

const mountinfo = (...lines: [at: string, type: string, options: string][]): string =>
  lines.map(([at, type, options]) => `36 35 98:0 / ${at} rw,noatime shared:1 - ${type} /dev/x ${options}\n`).join('');

it('knows where project quotas are enforced', () => {
  const disk: [string, string, string] = ['/', 'ext4', 'rw,discard'];
  expect(quotaMount(mountinfo(disk), '/data/volumes')).toBeNull();
  expect(quotaMount(mountinfo(disk, ['/data', 'xfs', 'rw,attr2,prjquota']), '/data/volumes')).toBe('/data');
  expect(quotaMount(mountinfo(disk, ['/data', 'xfs', 'rw,prjquota']), '/database')).toBeNull();
  expect(quotaMount(mountinfo(['/my\\040disk', 'ext4', 'rw,prjquota']), '/my disk/volumes')).toBe('/my disk');
  // Accounted, not enforced; and another file system mounted over one that enforces.
  expect(quotaMount(mountinfo(['/data', 'xfs', 'rw,pqnoenforce']), '/data')).toBeNull();
  expect(quotaMount(mountinfo(['/data', 'xfs', 'prjquota'], ['/data', 'tmpfs', 'rw']), '/data')).toBeNull();
});

it('believes in a limit only when the file system shows it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perdure-quota-'));
  const ran: string[] = [];
  const tool = async (program: string, args: readonly string[]): Promise<string> => {
    ran.push([program, ...args].join(' '));
    return '';
  };
  const on = (options: string) => new ProjectQuota(root, tool, async () => mountinfo(['/', 'ext4', options]));
  expect(await on('rw').limit(root, 2 ** 20)).toBe(false);
  expect(ran).toEqual([]);
  const { blocks, bsize } = statfsSync(root);
  const enforcing = on('rw,prjquota');
  const project = lstatSync(root).ino;
  expect(await enforcing.limit(root, 2 ** 20)).toBe(false);
  expect(await enforcing.limit(root, blocks * bsize)).toBe(true);
  await enforcing.forget(root);
  expect(ran).toEqual([
    `chattr -R -p ${project} +P ${root}`,
    `setquota -P ${project} 0 1024 0 0 /`,
    `chattr -R -p ${project} +P ${root}`,
    `setquota -P ${project} 0 ${(blocks * bsize) / 1024} 0 0 /`,
    `setquota -P ${project} 0 0 0 0 /`,
  ]);
  rmSync(root, { recursive: true });
});

it('says of each volume what limits it, and makes none that must have a quota and cannot', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perdure-quota-'));
  const limits: [string, number][] = [];
  let works = true;
  const quota = {
    limit: async (path: string, size: number) => {
      limits.push([path, size]);
      return works;
    },
    forget: async () => {},
  };
  const volumes = volumeDirectories(root, { quota });
  const volume = { name: 'v', sizeBytes: 5, copyOf: null };
  expect((await volumes.create(volume)).limit).toBe('project-quota');
  await volumes.growFileSystem('v', 9, 'node');
  expect(limits).toEqual([
    [join(root, 'v'), 5],
    [join(root, 'v'), 9],
  ]);
  works = false;
  expect((await volumes.create(volume)).limit).toBe('none');
  await expect(volumes.create({ ...volume, name: 'w', enforce: 'quota' })).rejects.toThrow('has no project quotas');
  rmSync(root, { recursive: true });
});
