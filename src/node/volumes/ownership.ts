import type { FileSystem } from '../files.ts';

const SETGID = 0o2000;

async function take(files: FileSystem, path: string, gid: number): Promise<void> {
  const info = await files.info(path);
  if (info === null) return;
  if (info.gid !== gid) await files.setOwner(path, -1, gid);
  if (info.kind === 'symlink') return;
  if (info.kind === 'directory') {
    await files.setMode(path, info.mode | 0o070 | SETGID);
    for (const name of await files.list(path)) await take(files, `${path}/${name}`, gid);
  } else if (info.kind === 'file') await files.setMode(path, info.mode | 0o060);
}

/**
 * Gives a volume to the pod's fsGroup: group ownership, group may read and write, new files inherit the group
 * (field docs of PodSecurityContext.fsGroup). `OnRootMismatch` trusts a root that is already right.
 */
export async function applyFsGroup(files: FileSystem, root: string, gid: number, policy: string): Promise<void> {
  const info = await files.info(root);
  if (info === null) return;
  const right = info.gid === gid && (info.mode & (0o070 | SETGID)) === (0o070 | SETGID);
  if (policy === 'OnRootMismatch' && right) return;
  await take(files, root, gid);
}
