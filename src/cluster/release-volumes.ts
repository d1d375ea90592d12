import { existsSync, readdirSync } from 'node:fs';
import type { DataDirectory } from './data-directory.ts';

/** Unmounts volumes that have a file system of their own; no pod may use them any more. */
export async function releaseVolumes(directory: DataDirectory): Promise<void> {
  const root = directory.file('volumes');
  if (!existsSync(root) || !readdirSync(root).some((name) => name.endsWith('.img'))) return;
  const { LoopVolumes } = await import('./loop-volumes.ts');
  await new LoopVolumes().unmountAll(root);
}
