import { parse } from 'yaml';
import type { ImageEntry } from './entries.ts';

const FIELDS = new Set([
  'match',
  'command',
  'args',
  'env',
  'user',
  'workingDir',
  'path',
  'expose',
  'notice',
  'stopSignal',
]);

/**
 * Reads `images.yaml`:
 *
 * ```yaml
 * images:
 *   - match: library/mysql:8.*      # repository, optionally with registry, and tag; `*` stands for anything
 *     command: [/usr/sbin/mysqld]   # like ENTRYPOINT; a pod's `command` replaces it
 *     args: [--console]             # like CMD; a pod's `args` or `command` replaces it
 *     env: {LANG: C.UTF-8}
 *     user: 0                       # numeric
 *     workingDir: /
 *     path: [/opt/mysql/bin]        # put in front of PATH
 * ```
 *
 * Throws Error that names the entry and what is wrong with it.
 */
export function parseUserImages(text: string, fileName: string): ImageEntry[] {
  const document: unknown = parse(text);
  const images = isObject(document) ? document.images : undefined;
  if (!Array.isArray(images)) throw new Error(`${fileName}: expected a list under "images"`);
  return images.map((item: unknown, index) => {
    const where = `${fileName}: images[${index}]`;
    if (!isObject(item)) throw new Error(`${where}: expected an object`);
    for (const field of Object.keys(item))
      if (!FIELDS.has(field)) throw new Error(`${where}: unknown field "${field}"`);
    if (typeof item.match !== 'string' || item.match === '')
      throw new Error(`${where}.match: expected an image name such as library/mysql:8.*`);
    for (const field of ['command', 'args', 'path', 'expose'] as const) {
      const value = item[field];
      const optional = field !== 'command' && value === undefined;
      if (!optional && !(Array.isArray(value) && value.every((one) => typeof one === 'string'))) {
        throw new Error(`${where}.${field}: expected a list of strings`);
      }
    }
    if (item.user !== undefined && !Number.isInteger(item.user)) throw new Error(`${where}.user: expected a number`);
    if (item.env !== undefined && !isObject(item.env)) throw new Error(`${where}.env: expected an object`);
    const env = Object.fromEntries(Object.entries(item.env ?? {}).map(([name, value]) => [name, String(value)]));
    if (item.notice !== undefined && typeof item.notice !== 'string')
      throw new Error(`${where}.notice: expected a text`);
    const notice = item.notice === undefined ? {} : { notice: { text: item.notice, unlessSet: [] } };
    return { ...(item as unknown as ImageEntry), env, ...notice };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
