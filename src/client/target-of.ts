import { KINDS } from '../api/index.ts';
import { groupVersion, type KubeObject } from '../schema/object.ts';
import type { Target } from './client.ts';

/** Where an object of a built-in kind goes, in namespace `default` unless it names one; null for any other kind. */
export function targetOf(object: KubeObject): Target | null {
  const kind = KINDS.find(
    (each) => each.kind === object.kind && groupVersion(each.group, each.version) === object.apiVersion,
  );
  if (kind === undefined) return null;
  const address = { group: kind.group, version: kind.version, resource: kind.plural };
  return kind.namespaced ? { ...address, namespace: object.metadata.namespace ?? 'default' } : address;
}
