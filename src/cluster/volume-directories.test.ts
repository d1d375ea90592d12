import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { volumeDirectories } from './volume-directories.ts';

const named = (name: string, copyOf: string | null = null) => ({ name, sizeBytes: 1, copyOf });

it('makes and removes a directory a volume, and never leaves its root', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perdure-volumes-'));
  const backend = volumeDirectories(join(root, 'volumes'));
  const { path } = await backend.create(named('pvc-1'));
  writeFileSync(join(path, 'kept'), 'x');
  await backend.create(named('pvc-1'));
  expect(existsSync(join(path, 'kept'))).toBe(true);
  await backend.delete('pvc-1');
  expect(existsSync(path)).toBe(false);
  for (const name of ['../x', '/etc', '.', '..', 'a/b', ''])
    await expect(backend.create(named(name))).rejects.toThrow('plain file name');
  await expect(backend.create({ ...named('pvc-2'), block: true })).rejects.toThrow('volumeMode Block');
  rmSync(root, { recursive: true });
});

it('starts a volume with the content of another one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perdure-volumes-'));
  const held: string[] = [];
  const hold = (volume: string) => {
    held.push(`hold ${volume} ${existsSync(join(root, 'pvc-2'))}`);
    return () => held.push(`resume ${existsSync(join(root, 'pvc-2.partial', 'sub', 'data'))}`);
  };
  const backend = volumeDirectories(root, { hold });
  const { path } = await backend.create(named('pvc-1'));
  mkdirSync(join(path, 'sub'));
  writeFileSync(join(path, 'sub', 'data'), 'x');
  chmodSync(join(path, 'sub', 'data'), 0o640);
  symlinkSync('sub/data', join(path, 'link'));
  // An attempt that was cut short.
  mkdirSync(join(root, 'pvc-2.partial'));
  const copy = await backend.create(named('pvc-2', 'pvc-1'));
  expect(readFileSync(join(copy.path, 'sub', 'data'), 'utf8')).toBe('x');
  expect(lstatSync(join(copy.path, 'sub', 'data')).mode & 0o777).toBe(0o640);
  expect(readlinkSync(join(copy.path, 'link'))).toBe('sub/data');
  expect(held).toEqual(['hold pvc-1 false', 'resume true']);
  writeFileSync(join(path, 'sub', 'data'), 'changed');
  await backend.create(named('pvc-2', 'pvc-1'));
  expect(readFileSync(join(copy.path, 'sub', 'data'), 'utf8')).toBe('x');
  rmSync(root, { recursive: true });
});
