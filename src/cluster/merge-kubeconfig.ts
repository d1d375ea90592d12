import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { DataDirectory } from './data-directory.ts';

const LISTS = ['clusters', 'users', 'contexts'] as const;

/** Puts our cluster, user and context into the user's kubeconfig; comments and all other entries stay. Returns its path. */
export async function mergeKubeconfig(directory: DataDirectory): Promise<string> {
  const path =
    process.env.KUBECONFIG?.split(delimiter).find((each) => each !== '') ?? join(homedir(), '.kube', 'config');
  const ours = parseDocument(readFileSync(directory.kubeconfig, 'utf8')).toJS();
  const document = parseDocument(existsSync(path) ? readFileSync(path, 'utf8') : 'apiVersion: v1\nkind: Config\n');
  if (document.errors.length > 0)
    throw new Error(`${path} is not valid YAML: ${document.errors[0]!.message}. Nothing was changed.`);
  for (const list of LISTS) {
    if (!isSeq(document.get(list))) document.set(list, document.createNode([]));
    const items = document.get(list) as unknown as { items: unknown[] };
    for (const entry of ours[list]) {
      items.items = items.items.filter((item) => !(isMap(item) && (item as YAMLMap).get('name') === entry.name));
      items.items.push(document.createNode(entry));
    }
  }
  document.set('current-context', ours['current-context']);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.tmp`, String(document), { mode: 0o600 });
  chmodSync(`${path}.tmp`, 0o600);
  renameSync(`${path}.tmp`, path);
  return path;
}
