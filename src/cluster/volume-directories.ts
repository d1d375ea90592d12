import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NewVolume, type VolumeBackend, VolumeFault } from '../controllers/framework/volume-backend.ts';
import type { LoopVolumes } from './loop-volumes.ts';
import type { ProjectQuota } from './project-quota.ts';

/** Names come from claim uids; anything that could leave the directory is refused. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const PUBLIC_MODE = 0o777;

export interface VolumeDirectoriesOptions {
  /** Keeps the pods that use a volume still while it is copied; returns the function that lets them go on. */
  readonly hold?: (volume: string) => () => void;
  readonly quota?: Quota;
}

type Quota = Pick<ProjectQuota, 'limit' | 'forget'>;

export type VolumeDirectories = Required<VolumeBackend>;

/**
 * Volumes as directories below one root, which all nodes of this machine reach: attaching one is a matter of the
 * controller's books. Their size is a project quota where the file system has those, and only noted elsewhere;
 * volumes asked for with `enforce: loop` have a file system of their own.
 */
export function volumeDirectories(root: string, options: VolumeDirectoriesOptions = {}): VolumeDirectories {
  return new Directories(root, options);
}

class Directories implements VolumeDirectories {
  readonly #root: string;
  readonly #hold: (volume: string) => () => void;
  #quota: Promise<Quota> | null;
  #loop: Promise<LoopVolumes> | null = null;

  constructor(root: string, { hold = () => () => {}, quota }: VolumeDirectoriesOptions) {
    this.#root = root;
    this.#hold = hold;
    this.#quota = quota === undefined ? null : Promise.resolve(quota);
  }

  readonly create: VolumeDirectories['create'] = async (volume) => {
    const path = this.#pathOf(volume.name);
    if (volume.block === true) throw new VolumeFault('infeasible', 'volumes of volumeMode Block are not offered here');
    if (volume.copyOf !== null) await this.stage(volume.copyOf);
    if (volume.enforce === 'loop') {
      const { copyOf, sizeBytes } = volume;
      await (await this.#loops()).create(path, sizeBytes, copyOf === null ? null : (to) => this.#fill(copyOf, to));
      return { path, limit: 'file-system' };
    }
    await this.#makeDirectory(path, volume);
    if (await (await this.#quotas()).limit(path, volume.sizeBytes)) return { path, limit: 'project-quota' };
    if (volume.enforce !== 'quota') return { path, limit: 'none' };
    await rm(path, { recursive: true, force: true });
    throw new VolumeFault(
      'infeasible',
      'parameter enforce is quota, but the file system of the data directory has no project quotas that can be set',
    );
  };

  readonly delete: VolumeDirectories['delete'] = async (name) => {
    const path = this.#pathOf(name);
    const partial = await this.#isLoop(`${path}.partial`);
    if (partial || (await this.#isLoop(path))) await (await this.#loops()).remove(path);
    else if ((await lstat(path).catch(() => null)) !== null) await (await this.#quotas()).forget(path);
    await rm(path, { recursive: true, force: true });
  };

  readonly attach: VolumeDirectories['attach'] = async () => {};
  readonly detach: VolumeDirectories['detach'] = async () => {};

  readonly expand: VolumeDirectories['expand'] = async (name, sizeBytes) => {
    const path = this.#pathOf(name);
    if (await this.#isLoop(path)) await (await this.#loops()).expand(path, sizeBytes);
    return true;
  };

  readonly growFileSystem: VolumeDirectories['growFileSystem'] = async (name, sizeBytes) => {
    const path = this.#pathOf(name);
    if (await this.#isLoop(path)) await (await this.#loops()).growFileSystem(path);
    else await (await this.#quotas()).limit(path, sizeBytes);
  };

  readonly stage: VolumeDirectories['stage'] = async (name) => {
    if (NAME.test(name) && (await this.#isLoop(join(this.#root, name))))
      await (await this.#loops()).stage(join(this.#root, name));
  };

  #pathOf(name: string): string {
    if (!NAME.test(name)) throw new Error(`volume name ${JSON.stringify(name)} is not a plain file name`);
    return join(this.#root, name);
  }

  /** What few volumes need is loaded with the first that does. */
  #loops(): Promise<LoopVolumes> {
    this.#loop ??= import('./loop-volumes.ts').then(({ LoopVolumes: Made }) => new Made());
    return this.#loop;
  }

  #quotas(): Promise<Quota> {
    this.#quota ??= import('./project-quota.ts').then(({ ProjectQuota: Made }) => new Made(this.#root));
    return this.#quota;
  }

  async #isLoop(path: string): Promise<boolean> {
    return (await lstat(`${path}.img`).catch(() => null)) !== null;
  }

  async #makeDirectory(path: string, { copyOf }: NewVolume): Promise<void> {
    if (copyOf !== null) {
      const { copyTree } = await import('./copy-tree.ts');
      const there = await lstat(path).catch(() => null);
      if (there === null) await copyTree(this.#pathOf(copyOf), path, () => this.#hold(copyOf));
      return;
    }
    await mkdir(path, { recursive: true });
    // The volume root itself stands in a 0700 directory; inside it, any user of the pod may write.
    await chmod(path, PUBLIC_MODE);
  }

  async #fill(copyOf: string, to: string): Promise<void> {
    const { copyContent } = await import('./copy-tree.ts');
    await copyContent(this.#pathOf(copyOf), to, () => this.#hold(copyOf));
  }
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
