import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a directory with owners, modes and times, sharing blocks where the file system can (reflinks). `hold` keeps
 * whoever writes to it still and returns the function that lets them go on: the copy is of one moment. It appears
 * under its name only when it is complete and on disk; what an earlier attempt left is thrown away.
 */
export async function copyTree(from: string, to: string, hold: () => () => void): Promise<void> {
  const partial = `${to}.partial`;
  await rm(partial, { recursive: true, force: true });
  const resume = hold();
  try {
    await copyDirectory(from, partial);
  } finally {
    resume();
  }
  await sync(partial);
  await rename(partial, to);
}

/** Copies what is in a directory into another one that is there, with its owner, mode and times; else as `copyTree`. */
export async function copyContent(from: string, to: string, hold: () => () => void): Promise<void> {
  const resume = hold();
  try {
    for (const name of await readdir(from)) await copyEntry(join(from, name), join(to, name));
    await copyAttributes(from, to);
  } finally {
    resume();
  }
  await sync(to);
}

async function sync(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await sync(join(path, entry.name));
    else if (entry.isFile()) await syncOne(join(path, entry.name));
  }
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyDirectory(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) await copyEntry(join(from, name), join(to, name));
  await copyAttributes(from, to);
}

/** Sockets, pipes and devices belong to who made them and are left out. */
async function copyEntry(from: string, to: string): Promise<void> {
  const info = await lstat(from);
  if (info.isDirectory()) await copyDirectory(from, to);
  else if (info.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    await own(to, info);
  } else if (info.isFile()) {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await copyAttributes(from, to);
  }
}

async function copyAttributes(from: string, to: string): Promise<void> {
  const info = await lstat(from);
  await own(to, info);
  await chmod(to, info.mode & 0o7777);
  await utimes(to, info.atime, info.mtime);
}

/** Only root may give files away; for anyone else all of them are theirs already. */
async function own(path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, uid, gid);
}
