import { dns1123Label } from '../../base/names.ts';
import type { KubeObject } from '../../schema/object.ts';

/** Warning about a name that pods cannot have as their hostname. `where`: `Pod names and hostnames`. */
export function nameWarnings(object: KubeObject, where = 'Pod names and hostnames'): readonly string[] {
  const messages = dns1123Label(object.metadata.name ?? '');
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in ${where}, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ];
}
