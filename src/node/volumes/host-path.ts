import type { FileInfo, FileSystem } from '../files.ts';
import { ConfigError } from '../lookup.ts';

const WANTED: Readonly<Record<string, readonly [FileInfo['kind'], string]>> = {
  Directory: ['directory', 'a directory'],
  File: ['file', 'a file'],
  Socket: ['socket', 'a socket file'],
  CharDevice: ['character', 'a character device'],
  BlockDevice: ['block', 'a block device'],
};

/** Checks, and for the OrCreate types makes, what a hostPath volume names. Throws ConfigError. */
export async function prepareHostPath(files: FileSystem, path: string, type: string): Promise<void> {
  if (type === '') return;
  const resolved = await files.realPath(path).catch(() => path);
  const info = await files.info(resolved);
  if (info === null && type === 'DirectoryOrCreate') return files.makeDirectory(path, 0o755);
  if (info === null && type === 'FileOrCreate') return files.write(path, '', 0o644);
  const wanted = WANTED[type.replace('OrCreate', '')];
  if (wanted === undefined) throw new ConfigError(`hostPath type check failed: unknown type ${type}`);
  if (info?.kind !== wanted[0]) throw new ConfigError(`hostPath type check failed: ${path} is not ${wanted[1]}`);
}
