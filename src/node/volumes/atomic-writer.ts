import type { FileSystem } from '../files.ts';
import type { Payload } from './payload.ts';

const DATA = '..data';
const DATA_NEW = '..data_tmp';
const firstPart = (path: string): string => path.split('/')[0] ?? path;

async function unchanged(files: FileSystem, root: string, payload: Payload): Promise<boolean> {
  if ((await files.info(`${root}/${DATA}`)) === null) return false;
  const names = (await files.list(root)).filter((name) => !name.startsWith('..'));
  const wanted = new Set([...payload.keys()].map(firstPart));
  if (names.length !== wanted.size || names.some((name) => !wanted.has(name))) return false;
  for (const [path, { content }] of payload) {
    const now = await files.read(`${root}/${path}`).catch(() => null);
    if (now === null || Buffer.compare(now, content) !== 0) return false;
  }
  return true;
}

/**
 * Writes the files of a volume so that readers see all of the old or all of the new (node.md 6.2): a fresh directory,
 * `..data` swung over to it, names linked through `..data`. Returns false when nothing had to change.
 */
export async function writeAtomically(
  files: FileSystem,
  root: string,
  payload: Payload,
  version: string,
  owner: { readonly gid: number } | null,
): Promise<boolean> {
  await files.makeDirectory(root, 0o755);
  if (await unchanged(files, root, payload)) return false;
  const directory = `..${version}`;
  await files.makeDirectory(`${root}/${directory}`, 0o755);
  for (const [path, { content, mode }] of payload) {
    const target = `${root}/${directory}/${path}`;
    const slash = target.lastIndexOf('/');
    if (path.includes('/')) await files.makeDirectory(target.slice(0, slash), 0o755);
    await files.write(target, content, owner === null ? mode : mode | ((mode & 0o400) >> 3));
    if (owner !== null) await files.setOwner(target, -1, owner.gid);
  }
  const before = await files.list(root);
  await files.remove(`${root}/${DATA_NEW}`);
  await files.link(directory, `${root}/${DATA_NEW}`);
  await files.rename(`${root}/${DATA_NEW}`, `${root}/${DATA}`);
  const wanted = new Set([...payload.keys()].map(firstPart));
  for (const name of wanted) {
    if (!before.includes(name)) await files.link(`${DATA}/${name}`, `${root}/${name}`);
  }
  for (const name of before) {
    const stale = name.startsWith('..') ? name !== DATA && name !== directory : !wanted.has(name);
    if (stale) await files.remove(`${root}/${name}`);
  }
  return true;
}
