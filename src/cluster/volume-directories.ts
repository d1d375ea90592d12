import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeBackend } from '../controllers/provisioner/controller.ts';

/** Names come from claim uids; anything that could leave the directory is refused. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const PUBLIC_MODE = 0o777;

/** Volumes as directories below one root. Their size is noted by the claim, not enforced. */
export function volumeDirectories(root: string): VolumeBackend {
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error(`volume name ${JSON.stringify(name)} is not a plain file name`);
    return join(root, name);
  };
  return {
    async create(name) {
      const path = pathOf(name);
      await mkdir(path, { recursive: true });
      // The volume root itself stands in a 0700 directory; inside it, any user of the pod may write.
      await chmod(path, PUBLIC_MODE);
      return { path };
    },
    async delete(name) {
      await rm(pathOf(name), { recursive: true, force: true });
    },
  };
}

/** Volumes of simulated pods: a path in name only. */
export const imaginaryVolumes: VolumeBackend = {
  create: async (name) => ({ path: `/simulated/${name}` }),
  delete: async () => {},
};
