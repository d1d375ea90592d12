import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { volumeDirectories } from './volume-directories.ts';

it('makes and removes a directory a volume, and never leaves its root', async () => {
  const root = mkdtempSync(join(tmpdir(), 'perdure-volumes-'));
  const backend = volumeDirectories(join(root, 'volumes'));
  const { path } = await backend.create('pvc-1', 1);
  writeFileSync(join(path, 'kept'), 'x');
  await backend.create('pvc-1', 1);
  expect(existsSync(join(path, 'kept'))).toBe(true);
  await backend.delete('pvc-1');
  expect(existsSync(path)).toBe(false);
  for (const name of ['../x', '/etc', '.', '..', 'a/b', ''])
    await expect(backend.create(name, 1)).rejects.toThrow('plain file name');
  rmSync(root, { recursive: true });
});
