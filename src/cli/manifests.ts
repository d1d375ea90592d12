import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../schema/object.ts';
import { UserError } from './output.ts';

/** One object of a manifest and where it stands. */
export interface Manifest {
  readonly source: string;
  readonly object: KubeObject;
}

function expand(path: string): string[] {
  if (path === '-') return [path];
  let directory: boolean;
  try {
    directory = statSync(path).isDirectory();
  } catch {
    throw new UserError(`-f ${path}: there is no such file or directory.`);
  }
  if (!directory) return [path];
  const names = readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort();
  if (names.length === 0) throw new UserError(`-f ${path}: no .yaml, .yml or .json file in this directory.`);
  return names.map((name) => join(path, name));
}

/** Reads files, directories (not below them) and `-` (standard input); Lists are taken apart. */
export async function readManifests(paths: readonly string[]): Promise<Manifest[]> {
  const { parseAllDocuments } = await import('yaml');
  const manifests: Manifest[] = [];
  for (const source of paths.flatMap(expand)) {
    const text = readFileSync(source === '-' ? 0 : source, 'utf8');
    for (const document of parseAllDocuments(text, { version: '1.1', merge: true })) {
      const error = document.errors[0];
      if (error !== undefined) throw new UserError(`${source}: ${error.message}`);
      const value = document.toJS() as KubeObject | null;
      if (value === null || value === undefined) continue;
      const objects = value.kind === 'List' && Array.isArray(value.items) ? (value.items as KubeObject[]) : [value];
      for (const object of objects) {
        if (
          typeof object?.apiVersion !== 'string' ||
          typeof object.kind !== 'string' ||
          typeof object.metadata?.name !== 'string'
        ) {
          throw new UserError(`${source}: an object needs apiVersion, kind and metadata.name.`);
        }
        manifests.push({ source, object });
      }
    }
  }
  return manifests;
}
