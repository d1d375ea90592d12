import type { KubeObject } from '../../schema/object.ts';
import type { StoreEvent } from '../../store/store.ts';

/** One state of an object; `object` null: it was gone from this revision on. */
export interface Version {
  readonly revision: number;
  readonly atMs: number;
  readonly object: KubeObject | null;
  /** The last state, where `object` is null. */
  readonly last: KubeObject | null;
}

/** Every state every object ever had: checkers ask what was true when something was decided. */
export class ObjectHistory {
  readonly #versions = new Map<string, Version[]>();
  /** Present objects by resource (`core/pods`, `apps/statefulsets` …) and key. */
  readonly #present = new Map<string, Map<string, KubeObject>>();
  revision = 0;

  record(event: StoreEvent<KubeObject>, atMs: number): void {
    const { key, revision } = event;
    this.revision = revision;
    const object = event.type === 'put' ? event.entry.value : null;
    const version: Version = { revision, atMs, object, last: object === null ? event.entry.value : null };
    const versions = this.#versions.get(key);
    if (versions === undefined) this.#versions.set(key, [version]);
    else versions.push(version);
    const resource = resourceOf(key);
    let present = this.#present.get(resource);
    if (present === undefined) {
      present = new Map();
      this.#present.set(resource, present);
    }
    if (object === null) present.delete(key);
    else present.set(key, object);
  }

  /** States of one object, oldest first. */
  versions(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** The object as it was at a revision, or null. */
  at(key: string, revision: number): KubeObject | null {
    const versions = this.versions(key);
    let low = 0;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (versions[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return versions[low - 1]?.object ?? null;
  }

  /** The object as it is now, or null. */
  now(key: string): KubeObject | null {
    return this.#present.get(resourceOf(key))?.get(key) ?? null;
  }

  /** All present objects of a resource, by key: `core/pods`, `apps/statefulsets`. */
  all(resource: string): ReadonlyMap<string, KubeObject> {
    return this.#present.get(resource) ?? NONE;
  }
}

const NONE: ReadonlyMap<string, KubeObject> = new Map();

/** `apps/statefulsets/ns/name` → `apps/statefulsets`; the core group is called `core`. */
export function resourceOf(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/') + 1));
}
