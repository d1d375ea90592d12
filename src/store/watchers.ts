import { collectionOf } from './ordered-index.ts';
import type { StoreEvent, Watch } from './store.ts';

export type OnEvents = (events: readonly StoreEvent[]) => void;

interface Watcher {
  readonly onEvents: OnEvents;
  /** Only events above this revision are its business. */
  readonly after: number;
  stopped: boolean;
}

function offer(watcher: Watcher, batch: readonly StoreEvent[]): void {
  if (watcher.stopped) return;
  const events = batch[0]!.revision > watcher.after ? batch : batch.filter((event) => event.revision > watcher.after);
  if (events.length > 0) watcher.onEvents(events);
}

/** `group/plural/namespace/` of a namespaced key, or the key itself. */
function namespacePrefixOf(key: string, collection: string): string {
  const slash = key.indexOf('/', collection.length);
  return slash < 0 ? key : key.slice(0, slash + 1);
}

/** Every prefix under which a key may be watched, the widest first. */
function prefixesOf(key: string): readonly string[] {
  const collection = collectionOf(key);
  const namespace = namespacePrefixOf(key, collection);
  return namespace === key ? ['', collection, namespace] : ['', collection, namespace, key];
}

/**
 * Watchers by the prefix they watch: everything (''), a whole collection, one namespace of it, or one key. All watchers of a prefix get
 * the same array, so that what one of them makes of a batch can be shared by the others.
 */
export class Watchers {
  readonly #byPrefix = new Map<string, Set<Watcher>>();

  add(prefix: string, after: number, onEvents: OnEvents): Watch {
    const watcher: Watcher = { onEvents, after, stopped: false };
    let group = this.#byPrefix.get(prefix);
    if (group === undefined) {
      group = new Set();
      this.#byPrefix.set(prefix, group);
    }
    group.add(watcher);
    return {
      stop: () => {
        watcher.stopped = true;
        const current = this.#byPrefix.get(prefix);
        current?.delete(watcher);
        if (current?.size === 0) this.#byPrefix.delete(prefix);
      },
    };
  }

  /** Hands a committed batch out, in revision order per watcher. */
  deliver(events: readonly StoreEvent[]): void {
    if (this.#byPrefix.size === 0) return;
    if (events.length === 1) {
      for (const prefix of prefixesOf(events[0]!.key)) this.#offer(prefix, events);
      return;
    }
    const batches = new Map<string, StoreEvent[]>();
    for (const event of events) {
      for (const prefix of prefixesOf(event.key)) {
        if (!this.#byPrefix.has(prefix)) continue;
        const batch = batches.get(prefix);
        if (batch === undefined) batches.set(prefix, [event]);
        else batch.push(event);
      }
    }
    for (const [prefix, batch] of batches) this.#offer(prefix, batch);
  }

  #offer(prefix: string, batch: readonly StoreEvent[]): void {
    const group = this.#byPrefix.get(prefix);
    if (group === undefined) return;
    for (const watcher of [...group]) offer(watcher, batch);
  }
}
