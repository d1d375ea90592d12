import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What this machine lets us do. */
export interface Support {
  readonly root: boolean;
  readonly missing: readonly string[];
}

const TOOLS = ['unshare', 'nsenter', 'setpriv', 'mount', 'pivot_root', 'env', 'sh'];
const SAFE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Environment of our helpers: nothing of ours, nothing of the container's. */
export const HELPER_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: SAFE_PATH, LC_ALL: 'C' };

/** Tries once what containers need; names everything that is missing. */
export function detectSupport(): Support {
  const root = process.getuid?.() === 0;
  if (process.platform !== 'linux') return { root, missing: [`Linux namespaces (this is ${process.platform})`] };
  const missing: string[] = [];
  for (const tool of TOOLS) {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', tool], { env: { ...HELPER_ENVIRONMENT }, stdio: 'ignore' });
    } catch {
      missing.push(`the program ${tool} (Debian package util-linux)`);
    }
  }
  if (!/\boverlay$/m.test(readFileSync('/proc/filesystems', 'latin1')))
    missing.push('the overlay file system of the kernel (modprobe overlay)');
  if (missing.length > 0) return { root, missing };
  try {
    execFileSync('unshare', [...namespaceOptions(root, 0, 0), '--pid', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'], {
      env: { ...HELPER_ENVIRONMENT },
      stdio: 'pipe',
    });
  } catch (error) {
    const why = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    missing.push(root ? `permission to create namespaces (${why})` : `unprivileged user namespaces, or root (${why})`);
  }
  return { root, missing };
}

/** Options of unshare for a container but for its PIDs; without root, inside a user namespace in which we are the wanted user. */
export function namespaceOptions(root: boolean, uid: number, gid: number): string[] {
  const user = root ? [] : ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps'];
  return [...user, '--mount', '--uts', '--ipc'];
}
