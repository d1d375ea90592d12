import { parseAllDocuments } from 'yaml';
import { KINDS } from '../api/index.ts';
import type { Client, Target } from '../client/client.ts';
import { groupVersion, type KubeObject } from '../schema/object.ts';

/** Where an object goes. Throws for a kind that is not built in, naming it. */
export function targetOf(object: KubeObject): Target {
  const kind = KINDS.find(
    (each) => each.kind === object.kind && groupVersion(each.group, each.version) === object.apiVersion,
  );
  if (kind === undefined) {
    throw new Error(
      `apply: ${object.apiVersion} ${object.kind} is no built-in kind; create it with client.create and a target of its own`,
    );
  }
  const address = { group: kind.group, version: kind.version, resource: kind.plural };
  return kind.namespaced ? { ...address, namespace: object.metadata.namespace ?? 'default' } : address;
}

/** Objects as given, or read from YAML with any number of documents. Throws with line and column of what is wrong. */
export function objectsOf(manifests: string | object | readonly object[]): readonly KubeObject[] {
  if (typeof manifests !== 'string') return [manifests].flat() as KubeObject[];
  return parseAllDocuments(manifests).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`apply: ${error.message}`);
    const value = document.toJS() as KubeObject | null;
    return value === null ? [] : [value];
  });
}

/** Applies objects in their order, as `kubectl apply --server-side` does. */
export async function apply(client: Client, manifests: string | object | readonly object[]): Promise<KubeObject[]> {
  const applied: KubeObject[] = [];
  for (const object of objectsOf(manifests)) {
    const options = { fieldManager: 'perdure-testing', force: true };
    applied.push(await client.patch(targetOf(object), object.metadata.name ?? '', 'apply', object, undefined, options));
  }
  return applied;
}
