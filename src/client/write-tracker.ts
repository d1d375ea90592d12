import type { KubeObject } from '../schema/object.ts';
import type { AnyInformer } from './informer.ts';
import { keyOf, revisionOf } from './meta.ts';
import { resourceName } from './resources.ts';

/** Objects a controller has deleted and its cache still shows as they were, by uid. */
type Deleted = Map<string, { readonly informer: AnyInformer; readonly object: KubeObject }>;

/**
 * Read your own writes: remembers, per key of a controller, the newest revision it wrote of each resource and what it
 * deleted, and tells whether the informers have seen it. Works because revisions of all resources are one counter.
 */
export class WriteTracker {
  readonly #written = new Map<string, Map<AnyInformer, number>>();
  readonly #deleted = new Map<string, Deleted>();

  /** Call with the answer of each create, update and patch. */
  record(key: string, informer: AnyInformer, answer: KubeObject): void {
    const revision = revisionOf(answer);
    if (revision <= informer.revision) return;
    let written = this.#written.get(key);
    if (written === undefined) {
      written = new Map();
      this.#written.set(key, written);
    }
    if (revision > (written.get(informer) ?? 0)) written.set(informer, revision);
  }

  /**
   * Call with the object, as it was observed, after a delete of it that succeeded or found it gone. Answers to deletes
   * name no revision to wait for (some are a Status), so it is the object's disappearance that is waited for.
   */
  recordDelete(key: string, informer: AnyInformer, object: KubeObject): void {
    if (!isStillThere(informer, object)) return;
    let deleted = this.#deleted.get(key);
    if (deleted === undefined) {
      deleted = new Map();
      this.#deleted.set(key, deleted);
    }
    deleted.set(object.metadata.uid ?? '', { informer, object });
  }

  /** Why the caches are too old to act on this key, or null when they are current. */
  staleReason(key: string): string | null {
    return this.#staleWrite(key) ?? this.#staleDelete(key);
  }

  forget(key: string): void {
    this.#written.delete(key);
    this.#deleted.delete(key);
  }

  #staleWrite(key: string): string | null {
    const written = this.#written.get(key);
    if (written === undefined) return null;
    for (const [informer, revision] of written) {
      if (informer.revision < revision) {
        return `read version: ${informer.revision} is not as new as written version: ${revision} for group resource ${resourceName(informer.target)}`;
      }
    }
    this.#written.delete(key);
    return null;
  }

  #staleDelete(key: string): string | null {
    const deleted = this.#deleted.get(key);
    if (deleted === undefined) return null;
    for (const { informer, object } of deleted.values()) {
      if (isStillThere(informer, object)) {
        return `read version: ${informer.revision} does not show yet that ${object.metadata.name} is deleted for group resource ${resourceName(informer.target)}`;
      }
    }
    this.#deleted.delete(key);
    return null;
  }
}

/** The cache shows this very object, and not even that it is going. */
function isStillThere(informer: AnyInformer, object: KubeObject): boolean {
  const cached = informer.byKey(keyOf(object));
  return (
    cached !== undefined &&
    cached.metadata.uid === object.metadata.uid &&
    cached.metadata.deletionTimestamp === object.metadata.deletionTimestamp
  );
}
