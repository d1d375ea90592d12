import { chmod, lstat, mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VolumeFault } from '../controllers/framework/volume-backend.ts';
import { type HostTool, hostTool, ToolFailed } from './host-tool.ts';

const IMAGE = '.img';
/** Beside an image that is larger than the file system in it. */
const GROWS = '.grows';
/** Room is made only for what is written; what is deleted gives its room back. */
const MOUNT_OPTIONS = 'loop,discard,nosuid,nodev';
const LOST = 'lost+found';
/** Exit status of e2fsck when it has put something right. */
const CORRECTED = 1;
/** Pods that are being set up have everything mounted for a moment. */
const LOOKS = 20;
const PAUSE_MS = 50;
const PUBLIC_MODE = 0o777;

/** File of the volume whose directory is given. */
const imageOf = (path: string): string => `${path}${IMAGE}`;

const exists = async (path: string): Promise<boolean> => (await lstat(path).catch(() => null)) !== null;

/** A directory on another device than the one it stands in. */
async function isMounted(path: string): Promise<boolean> {
  const [inside, outside] = await Promise.all([lstat(path).catch(() => null), lstat(dirname(path))]);
  return inside !== null && inside.dev !== outside.dev;
}

/**
 * Volumes with a file system of their own, in a sparse file beside their directory: they cannot grow beyond their
 * size, whatever file system the data directory is on. Needs root, loop devices and mkfs.ext4.
 */
export class LoopVolumes {
  readonly #tool: HostTool;
  /** Work under way, by directory: one thing at a time. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(tool: HostTool = hostTool) {
    this.#tool = tool;
  }

  /** Whether a volume is of this kind. */
  has(path: string): Promise<boolean> {
    return exists(imageOf(path));
  }

  /** Makes the volume, filled by `fill`, and mounts it. One that is there is only mounted. */
  create(path: string, sizeBytes: number, fill: ((directory: string) => Promise<void>) | null): Promise<void> {
    return this.#alone(path, async () => {
      if (!(await this.has(path))) await this.#make(path, sizeBytes, fill);
      await this.#mount(imageOf(path), path);
    });
  }

  /**
   * Mounts the volume unless it is: after the machine was started again it is not. A file system that could not be
   * grown in use is grown now, if nobody uses it. No-op for other volumes.
   */
  async stage(path: string): Promise<void> {
    if (!(await this.has(path))) return;
    await this.#alone(path, async () => {
      if (await exists(path + GROWS)) await this.#growUnused(path);
      await this.#mount(imageOf(path), path);
    });
  }

  /** Makes the device larger; the file system has still to be grown. */
  async expand(path: string, sizeBytes: number): Promise<void> {
    const file = await open(imageOf(path), 'r+');
    try {
      if ((await file.stat()).size >= sizeBytes) return;
      await writeFile(path + GROWS, '');
      await file.truncate(sizeBytes);
    } finally {
      await file.close();
    }
  }

  /**
   * Grows the file system to its device, while it is in use. Rejects with `in-use` where that is not allowed, as in
   * containers without CAP_SYS_RESOURCE: then the next `stage` does it.
   */
  growFileSystem(path: string): Promise<void> {
    return this.#alone(path, async () => {
      await this.#mount(imageOf(path), path);
      const device = await this.#deviceOf(path);
      if (device === '') throw new Error(`no loop device has ${imageOf(path)}`);
      await this.#tool('losetup', ['--set-capacity', device]);
      await this.#tool('resize2fs', [device]).catch((error: Error) => {
        if (!error.message.includes('Permission denied')) throw error;
        throw new VolumeFault('in-use', `the file system can be grown only while no pod uses it (${error.message})`);
      });
      await rm(path + GROWS, { force: true });
    });
  }

  /** The loop device that has the image, '' when none has. */
  async #deviceOf(path: string): Promise<string> {
    const devices = await this.#tool('losetup', ['--noheadings', '--output', 'NAME', '--associated', imageOf(path)]);
    return devices.trim().split('\n')[0] ?? '';
  }

  /** A pod may have it mounted where we do not see it; as long as one has, so has a loop device. */
  async #growUnused(path: string): Promise<void> {
    await this.#unmount(path);
    for (let look = 1; (await this.#deviceOf(path)) !== ''; look++) {
      if (look === LOOKS) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    await this.#tool('e2fsck', ['-f', '-p', imageOf(path)]).catch((error: unknown) => {
      if (!(error instanceof ToolFailed && error.status === CORRECTED)) throw error;
    });
    await this.#tool('resize2fs', [imageOf(path)]);
    await this.#mount(imageOf(path), path);
    await rmdir(join(path, LOST)).catch(() => undefined);
    await rm(path + GROWS, { force: true });
  }

  /** Deletes the volume. Rejects, with nothing deleted, while it cannot be unmounted. */
  remove(path: string): Promise<void> {
    return this.#alone(path, async () => {
      for (const each of [path, `${path}.partial`]) {
        await this.#unmount(each);
        await rm(imageOf(each), { force: true });
      }
      await rm(path + GROWS, { force: true });
      await rm(`${path}.partial`, { recursive: true, force: true });
    });
  }

  /** Unmounts all volumes below a directory that are not in use; the data stays. */
  async unmountAll(root: string): Promise<void> {
    for (const name of await readdir(root).catch(() => []))
      if (name.endsWith(IMAGE)) await this.#unmount(join(root, name.slice(0, -IMAGE.length))).catch(() => undefined);
  }

  async #make(path: string, sizeBytes: number, fill: ((directory: string) => Promise<void>) | null): Promise<void> {
    const partial = `${path}.partial`;
    await this.#unmount(partial);
    await rm(partial, { recursive: true, force: true });
    const file = await open(imageOf(partial), 'w', 0o600);
    await file
      .truncate(0)
      .then(() => file.truncate(sizeBytes))
      .finally(() => file.close());
    await this.#tool('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', 'nodiscard', imageOf(partial)]);
    await this.#mount(imageOf(partial), partial);
    // Programs want the directory of their data empty; fsck makes it again when it needs it.
    await rmdir(join(partial, LOST));
    try {
      await chmod(partial, PUBLIC_MODE);
      await fill?.(partial);
    } finally {
      await this.#unmount(partial);
    }
    await rmdir(partial);
    await rename(imageOf(partial), imageOf(path));
  }

  async #mount(image: string, path: string): Promise<void> {
    if (await isMounted(path)) return;
    await mkdir(path, { recursive: true });
    await this.#tool('mount', ['-t', 'ext4', '-o', MOUNT_OPTIONS, image, path]);
  }

  async #unmount(path: string): Promise<void> {
    if (await isMounted(path)) await this.#tool('umount', [path]);
  }

  async #alone(path: string, work: () => Promise<void>): Promise<void> {
    const before = this.#busy.get(path);
    const mine = (before ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#busy.set(path, mine);
    try {
      await mine;
    } finally {
      if (this.#busy.get(path) === mine) this.#busy.delete(path);
    }
  }
}
