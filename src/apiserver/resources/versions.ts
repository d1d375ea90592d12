import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Entry } from '../../store/store.ts';
import type { ServedKind } from '../registry.ts';

/** An object of the stored kind as the requested version shows it. */
export function toServed(kind: ServedKind, object: KubeObject): KubeObject {
  const second = kind.definition.secondVersion;
  if (second !== undefined) return second.fromStored(object) as unknown as KubeObject;
  if (kind.stored === kind || object.apiVersion === kind.apiVersion) return object;
  return { ...object, apiVersion: kind.apiVersion };
}

/** The other way round. */
export function toStored(kind: ServedKind, draft: Draft): Draft {
  const second = kind.definition.secondVersion;
  if (second !== undefined) return second.toStored(draft);
  if (kind.stored !== kind) draft.apiVersion = kind.stored.apiVersion;
  return draft;
}

/** Bytes of an entry in the requested version: those of the store wherever they fit. */
export function servedBytes(kind: ServedKind, entry: Entry<KubeObject>): Buffer {
  if (kind.stored === kind) return entry.bytes;
  return Buffer.from(JSON.stringify(toServed(kind, entry.value)));
}
