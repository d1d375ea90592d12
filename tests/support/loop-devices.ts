import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why files cannot be mounted as file systems here; null: they can. Tried, since having the tools is not being allowed. */
export function noLoopDevices(): string | null {
  const root = mkdtempSync(join(tmpdir(), 'perdure-loop-try-'));
  const script = 'truncate -s 16M i && mkfs.ext4 -qF i && mkdir m && mount -o loop i m && umount m';
  try {
    execFileSync('sh', ['-ec', `PATH=$PATH:/usr/sbin:/sbin; ${script}`], { cwd: root, stdio: 'pipe' });
    return null;
  } catch (error) {
    return `cannot mount files here: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
