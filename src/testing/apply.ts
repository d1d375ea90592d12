import { parseAllDocuments } from 'yaml';
import type { Client, Target } from '../client/client.ts';
import { targetOf } from '../client/target-of.ts';
import type { KubeObject } from '../schema/object.ts';

/** Where an object goes. Throws for a kind that is not built in, naming it. */
function targetOrThrow(object: KubeObject): Target {
  const target = targetOf(object);
  if (target !== null) return target;
  throw new Error(
    `apply: ${object.apiVersion} ${object.kind} is no built-in kind; create it with client.create and a target of its own`,
  );
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
    applied.push(
      await client.patch(targetOrThrow(object), object.metadata.name ?? '', 'apply', object, undefined, options),
    );
  }
  return applied;
}
