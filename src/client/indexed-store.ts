import type { KubeObject } from '../schema/object.ts';
import { keyOf } from './meta.ts';

/** Values under which an object is found; most objects have none or one. */
export type IndexFunction<T> = (object: T) => readonly string[];

interface Index<T> {
  readonly of: IndexFunction<T>;
  readonly buckets: Map<string, Map<string, T>>;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Name of the index every store has: objects by namespace. */
export const BY_NAMESPACE = 'namespace';

/** Objects by key with secondary indexes kept at each change, so that no lookup scans. */
export class IndexedStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();

  constructor() {
    this.addIndex(BY_NAMESPACE, (object) => [object.metadata.namespace ?? '']);
  }

  /** Adding an index of a name already there does nothing: users of one informer share it by name. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { of, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) for (const value of of(object)) place(index, value, key, object);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Objects whose index function named `value`, by key. Live: do not keep it across turns. */
  bucket(index: string, value: string): ReadonlyMap<string, T> {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`no index ${index}`);
    return found.buckets.get(value) ?? NONE;
  }

  /** Returns the object that was there. */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) reindex(index, key, previous, object);
    return previous;
  }

  /** Returns the object that was there. */
  delete(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) for (const value of index.of(previous)) remove(index, value, key);
    return previous;
  }
}

function reindex<T>(index: Index<T>, key: string, previous: T | undefined, object: T): void {
  const values = index.of(object);
  if (previous !== undefined) {
    for (const value of index.of(previous)) if (!values.includes(value)) remove(index, value, key);
  }
  for (const value of values) place(index, value, key, object);
}

function place<T>(index: Index<T>, value: string, key: string, object: T): void {
  const bucket = index.buckets.get(value);
  if (bucket === undefined) index.buckets.set(value, new Map([[key, object]]));
  else bucket.set(key, object);
}

function remove<T>(index: Index<T>, value: string, key: string): void {
  const bucket = index.buckets.get(value);
  if (bucket === undefined) return;
  bucket.delete(key);
  if (bucket.size === 0) index.buckets.delete(value);
}
