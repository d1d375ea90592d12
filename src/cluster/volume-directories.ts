import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeBackend } from '../controllers/framework/volume-backend.ts';

/** Names come from claim uids; anything that could leave the directory is refused. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const PUBLIC_MODE = 0o777;

/**
 * Volumes as directories below one root, which all nodes of this machine reach: attaching one is a matter of the
 * controller's books. Their size is noted by the claim, not enforced; growing one is a matter of saying so. `hold`
 * keeps the pods that use a volume still while it is copied, and returns the function that lets them go on.
 */
export function volumeDirectories(root: string, hold: (volume: string) => () => void = () => () => {}): VolumeBackend {
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error(`volume name ${JSON.stringify(name)} is not a plain file name`);
    return join(root, name);
  };
  return {
    async create({ name, copyOf }) {
      const path = pathOf(name);
      if (copyOf !== null) {
        const { copyTree } = await import('./copy-tree.ts');
        const there = await lstat(path).catch(() => null);
        if (there === null) await copyTree(pathOf(copyOf), path, () => hold(copyOf));
        return { path };
      }
      await mkdir(path, { recursive: true });
      // The volume root itself stands in a 0700 directory; inside it, any user of the pod may write.
      await chmod(path, PUBLIC_MODE);
      return { path };
    },
    async delete(name) {
      await rm(pathOf(name), { recursive: true, force: true });
    },
    attach: async () => {},
    detach: async () => {},
    expand: async () => true,
    growFileSystem: async () => {},
  };
}

/** Volumes of simulated pods: a path in name only. */
export const imaginaryVolumes: VolumeBackend = {
  create: async ({ name }) => ({ path: `/simulated/${name}` }),
  delete: async () => {},
  attach: async () => {},
  detach: async () => {},
  expand: async () => true,
  growFileSystem: async () => {},
};
