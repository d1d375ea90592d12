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
    const batches = new Map<string, StoreEvent[]>();
    for (const event of events) {
      const collection = collectionOf(event.key);
      const namespace = namespacePrefixOf(event.key, collection);
      this.#collect(batches, '', event);
      this.#collect(batches, collection, event);
      this.#collect(batches, namespace, event);
      if (namespace !== event.key) this.#collect(batches, event.key, event);
    }
    for (const [prefix, batch] of batches) {
      for (const watcher of [...(this.#byPrefix.get(prefix) ?? [])]) offer(watcher, batch);
    }
  }

  #collect(batches: Map<string, StoreEvent[]>, prefix: string, event: StoreEvent): void {
    if (!this.#byPrefix.has(prefix)) return;
    const batch = batches.get(prefix);
    if (batch === undefined) batches.set(prefix, [event]);
    else batch.push(event);
  }
}
