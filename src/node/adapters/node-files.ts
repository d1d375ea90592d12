import { type Stats, watch } from 'node:fs';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import type { FileInfo, FileSystem } from '../files.ts';

function kindOf(stats: Stats): FileInfo['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isSocket()) return 'socket';
  if (stats.isBlockDevice()) return 'block';
  return stats.isCharacterDevice() ? 'character' : 'other';
}

const absent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The host's own file system. */
export const nodeFiles: FileSystem = {
  async makeDirectory(path, mode) {
    await mkdir(path, { recursive: true });
    // The process's umask must not take away what was asked for.
    if (mode !== undefined) await chmod(path, mode);
  },
  async write(path, content, mode) {
    await writeFile(path, content, mode === undefined ? {} : { mode });
    if (mode !== undefined) await chmod(path, mode);
  },
  read: (path) => readFile(path),
  readRange,
  async readTail(path, length) {
    const { size } = await lstat(path);
    const from = Math.max(0, size - length);
    return readRange(path, from, size - from);
  },
  list: (path) => readdir(path),
  async info(path) {
    try {
      const stats = await lstat(path);
      return {
        kind: kindOf(stats),
        size: stats.size,
        mode: stats.mode & 0o7777,
        uid: stats.uid,
        gid: stats.gid,
        id: `${stats.dev}:${stats.ino}`,
      };
    } catch (error) {
      if (absent(error)) return null;
      throw error;
    }
  },
  realPath: (path) => realpath(path),
  link: (target, path) => symlink(target, path),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { recursive: true, force: true }),
  setMode: (path, mode) => chmod(path, mode),
  async setOwner(path, uid, gid) {
    const stats = await lstat(path);
    const change = stats.isSymbolicLink() ? lchown : chown;
    await change(path, uid < 0 ? stats.uid : uid, gid < 0 ? stats.gid : gid);
  },
  truncate: (path) => truncate(path, 0),
  watch(path, changed) {
    const watcher = watch(path, { persistent: false }, () => changed());
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  },
};
