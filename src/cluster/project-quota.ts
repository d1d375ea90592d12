import { lstat, readFile, statfs } from 'node:fs/promises';
import { type HostTool, hostTool } from './host-tool.ts';

const KIBIBYTE = 1024;
/** Project numbers have 32 bits. */
const NUMBERS = 2 ** 32;
/** A limit shows as the size of the file system, in its blocks. */
const ROUNDING_BYTES = 64 * KIBIBYTE;

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/**
 * Mount point of the file system a path is on, when that enforces project quotas; else null. Takes the text of
 * `/proc/self/mountinfo` (proc(5)).
 */
export function quotaMount(mountinfo: string, path: string): string | null {
  let found: { at: string; type: string; options: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const at = unescaped(before.split(' ')[4] ?? '');
    const below = at === '/' || path === at || path.startsWith(`${at}/`);
    // Of several mounts at one place the last is the one that is seen.
    if (at === '' || !below || (found !== null && at.length < found.at.length)) continue;
    const [type = '', , options = ''] = after.split(' ');
    found = { at, type, options };
  }
  if (found === null || !['xfs', 'ext4'].includes(found.type)) return null;
  return found.options.split(',').some((option) => ['prjquota', 'pquota'].includes(option)) ? found.at : null;
}

/**
 * Limits of directories by project quotas. Looked for once, when the first volume is made. The project of a volume is
 * the inode of its directory, so that no books are kept.
 */
export class ProjectQuota {
  readonly #root: string;
  readonly #tool: HostTool;
  readonly #mountinfo: () => Promise<string>;
  #mount: Promise<string | null> | null = null;

  constructor(
    root: string,
    tool: HostTool = hostTool,
    mountinfo: () => Promise<string> = () => readFile('/proc/self/mountinfo', 'utf8'),
  ) {
    this.#mountinfo = mountinfo;
    this.#root = root;
    this.#tool = tool;
  }

  /**
   * Limits a directory with all in it; true when the file system says that it does: it then shows the limit as
   * its size. False where there are no project quotas, no tools or no right to use them.
   */
  async limit(path: string, sizeBytes: number): Promise<boolean> {
    const mount = await this.#enforcing();
    if (mount === null) return false;
    try {
      const project = await this.#projectOf(path);
      await this.#tool('chattr', ['-R', '-p', project, '+P', path]);
      await this.#set(mount, project, Math.ceil(sizeBytes / KIBIBYTE));
      const { blocks, bsize } = await statfs(path);
      return Math.abs(blocks * bsize - sizeBytes) < ROUNDING_BYTES;
    } catch {
      return false;
    }
  }

  /** Forgets the limit of a directory that is about to be deleted. */
  async forget(path: string): Promise<void> {
    const mount = await this.#enforcing();
    if (mount !== null) await this.#set(mount, await this.#projectOf(path), 0).catch(() => undefined);
  }

  async #projectOf(path: string): Promise<string> {
    return String((await lstat(path)).ino % NUMBERS);
  }

  #set(mount: string, project: string, kibibytes: number): Promise<string> {
    return this.#tool('setquota', ['-P', project, '0', String(kibibytes), '0', '0', mount]);
  }

  #enforcing(): Promise<string | null> {
    this.#mount ??= this.#mountinfo().then(
      (text) => quotaMount(text, this.#root),
      () => null,
    );
    return this.#mount;
  }
}
