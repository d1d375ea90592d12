import type { KubeObject } from '../schema/object.ts';
import type { AnyInformer } from './informer.ts';
import { revisionOf } from './meta.ts';
import { resourceName } from './resources.ts';

/**
 * Read your own writes: remembers, per key of a controller, the newest revision it wrote of each resource, and tells
 * whether the informers have seen it. Works because revisions of all resources are one counter.
 */
export class WriteTracker {
  readonly #written = new Map<string, Map<AnyInformer, number>>();

  /** Call with the answer of each write; deletes are not tracked. */
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

  /** Why the caches are too old to act on this key, or null when they are current. */
  staleReason(key: string): string | null {
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

  forget(key: string): void {
    this.#written.delete(key);
  }
}
