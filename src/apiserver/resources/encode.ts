import { deepFreeze } from '../../base/json.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Encode } from '../../store/store.ts';
import type { ServedKind } from '../registry.ts';

const META_ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

/** Metadata in the order of the API, with this resourceVersion (none when empty) and nothing empty in it. */
function orderedMetadata(metadata: Record<string, unknown>, resourceVersion: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of META_ORDER) {
    const value = field === 'resourceVersion' ? resourceVersion : metadata[field];
    if (value !== undefined && value !== null && value !== '') out[field] = value;
  }
  return out;
}

/** The object as it is stored: kind and apiVersion first, so that lists can cut them off the bytes. */
export function finished(kind: ServedKind, draft: Draft | KubeObject, resourceVersion: string): KubeObject {
  const out: Record<string, unknown> = {
    kind: kind.definition.kind,
    apiVersion: kind.apiVersion,
    metadata: orderedMetadata(draft.metadata as Record<string, unknown>, resourceVersion),
  };
  for (const field in draft) {
    if (field === 'kind' || field === 'apiVersion' || field === 'metadata') continue;
    if (draft[field] !== undefined) out[field] = draft[field];
  }
  return out as unknown as KubeObject;
}

/** For `Store.put`: gives the object its revision, freezes it, and makes its bytes, once. */
export function encoder(kind: ServedKind, draft: Draft | KubeObject): Encode<KubeObject> {
  return (revision) => encoded(finished(kind, draft, String(revision)));
}

/** The same for what `finished` has made, with some revision, for this write alone. */
export function finishedEncoder(object: KubeObject): Encode<KubeObject> {
  return (revision) => {
    (object.metadata as { resourceVersion?: string }).resourceVersion = String(revision);
    return encoded(object);
  };
}

function encoded(object: KubeObject): { value: KubeObject; bytes: Buffer } {
  return { value: deepFreeze(object), bytes: exactBytes(JSON.stringify(object)) };
}

/** UTF-8 in memory of its own: a slice of the pool would keep all that happened to be written beside it. */
function exactBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
