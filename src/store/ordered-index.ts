import type { Entry } from './store.ts';

/** First position whose key is not below `key`. */
function lowerBound(entries: readonly Entry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First position behind every key that starts with `prefix`. */
function prefixEnd(entries: readonly Entry[], prefix: string): number {
  return lowerBound(entries, `${prefix}\uffff`);
}

/** `group/plural/` of a key or prefix: what one ordered array holds. */
export function collectionOf(key: string): string {
  const first = key.indexOf('/');
  const second = key.indexOf('/', first + 1);
  return second < 0 ? key : key.slice(0, second + 1);
}

/** Current entries, each collection in key order. Keys made in order (the usual case) append without moving anything. */
export class OrderedIndex {
  readonly #byKey = new Map<string, Entry>();
  readonly #collections = new Map<string, Entry[]>();

  get(key: string): Entry | null {
    return this.#byKey.get(key) ?? null;
  }

  set(entry: Entry): void {
    const known = this.#byKey.has(entry.key);
    this.#byKey.set(entry.key, entry);
    const collection = collectionOf(entry.key);
    let entries = this.#collections.get(collection);
    if (entries === undefined) {
      entries = [];
      this.#collections.set(collection, entries);
    }
    const last = entries.at(-1);
    if (last === undefined || last.key < entry.key) {
      entries.push(entry);
      return;
    }
    const at = lowerBound(entries, entry.key);
    if (known) entries[at] = entry;
    else entries.splice(at, 0, entry);
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return;
    const entries = this.#collections.get(collectionOf(key))!;
    entries.splice(lowerBound(entries, key), 1);
  }

  /** Entries whose key starts with `prefix` and is above `after`; a fresh array. */
  range(prefix: string, after?: string): Entry[] {
    const entries = this.#collections.get(collectionOf(prefix));
    if (entries === undefined) return [];
    const start = lowerBound(entries, after === undefined || after < prefix ? prefix : `${after}\0`);
    return entries.slice(start, prefixEnd(entries, prefix));
  }

  count(prefix: string): number {
    const entries = this.#collections.get(collectionOf(prefix));
    if (entries === undefined) return 0;
    return prefixEnd(entries, prefix) - lowerBound(entries, prefix);
  }
}
