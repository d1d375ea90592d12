import type { Clock, Timer } from '../base/clock.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Client, Target, WatchEvent } from './client.ts';
import { BY_NAMESPACE, IndexedStore, type IndexFunction } from './indexed-store.ts';
import { keyOf, objectKey, revisionOf } from './meta.ts';
import { ReconnectBackoff } from './reconnect-backoff.ts';

export interface InformerHandlers<T> {
  add?(object: T): void;
  update?(object: T, previous: T): void;
  delete?(object: T): void;
}

/** What can be said of an informer of whatever kind. */
export interface AnyInformer {
  readonly target: Target;
  readonly revision: number;
  readonly synced: boolean;
  byKey(key: string): KubeObject | undefined;
  start(): Promise<void>;
  stop(): void;
  addIndex(name: string, of: IndexFunction<KubeObject>): void;
}

export interface InformerSelection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * A local, indexed, always current copy of one resource: list, then watch from there. Handlers run synchronously when
 * an event arrives, after the store and its indexes have changed. Objects are shared and frozen.
 *
 * A broken stream continues from the last revision seen; when that history is gone (410) it lists again and tells
 * handlers the differences. Waiting between attempts goes through the clock.
 */
export class Informer<T extends KubeObject = KubeObject> implements AnyInformer {
  readonly target: Target;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #selection: InformerSelection;
  readonly #store = new IndexedStore<T>();
  readonly #handlers: InformerHandlers<T>[] = [];
  readonly #backoff: ReconnectBackoff;
  #revision = 0;
  #synced = false;
  #stopped = false;
  #started: Promise<void> | null = null;
  #markSynced: () => void = () => {};
  #stopWatch: (() => void) | null = null;
  #retry: Timer | null = null;
  #epoch = 0;

  constructor(client: Client, clock: Clock, target: Target, selection: InformerSelection = {}) {
    this.#client = client;
    this.#clock = clock;
    this.target = target;
    this.#selection = selection;
    this.#backoff = new ReconnectBackoff(clock);
  }

  /** Highest resource version seen: everything of this resource up to it is in the store. */
  get revision(): number {
    return this.#revision;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#store.size;
  }

  /** Resolves once the first list is in the store. Safe to call again. */
  start(): Promise<void> {
    this.#started ??= new Promise((resolve) => {
      this.#markSynced = resolve;
      void this.#listAndWatch();
    });
    return this.#started;
  }

  stop(): void {
    this.#stopped = true;
    this.#epoch++;
    this.#retry?.cancel();
    this.#stopWatch?.();
    this.#stopWatch = null;
  }

  /** Objects already known are announced to `add` at once. Returns the function that removes the handlers. */
  on(handlers: InformerHandlers<T>): () => void {
    this.#handlers.push(handlers);
    if (handlers.add !== undefined) for (const object of this.#store.values()) handlers.add(object);
    return () => {
      const at = this.#handlers.indexOf(handlers);
      if (at >= 0) this.#handlers.splice(at, 1);
    };
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    this.#store.addIndex(name, of);
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#store.get(objectKey(namespace, name));
  }

  byKey(key: string): T | undefined {
    return this.#store.get(key);
  }

  /** A fresh array of everything, or of one namespace. */
  list(namespace?: string): T[] {
    return [...(namespace === undefined ? this.#store.values() : this.#store.bucket(BY_NAMESPACE, namespace).values())];
  }

  /** A fresh array of what the index holds under `value`. */
  byIndex(index: string, value: string): T[] {
    return [...this.#store.bucket(index, value).values()];
  }

  /** Number of objects the index holds under `value`. */
  countByIndex(index: string, value: string): number {
    return this.#store.bucket(index, value).size;
  }

  async #listAndWatch(): Promise<void> {
    const epoch = ++this.#epoch;
    try {
      const { items, revision } = await this.#listAll();
      if (this.#stopped || epoch !== this.#epoch) return;
      this.#replace(items, revision);
      this.#synced = true;
      this.#markSynced();
      this.#watch();
    } catch {
      // The server is away or refuses: the only thing to do is to ask again later.
      this.#again(epoch, () => void this.#listAndWatch());
    }
  }

  async #listAll(): Promise<{ items: T[]; revision: number }> {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await this.#client.list<T>(this.target, {
        ...this.#selection,
        ...(next === undefined ? this.#notOlder() : { continue: next }),
      });
      for (const item of page.items) items.push(item);
      if (page.continue === undefined || page.continue === '') {
        return { items, revision: Number(page.resourceVersion) };
      }
      next = page.continue;
    }
  }

  /**
   * The first list is the newest there is: a restarted agent that began from an old cache would start pods that are long gone
   * (kubernetes #59848). Later lists may come from a cache, but never from before what was seen already.
   */
  #notOlder(): { readonly resourceVersion?: string } {
    return this.#revision === 0 ? {} : { resourceVersion: String(this.#revision) };
  }

  #replace(items: readonly T[], revision: number): void {
    const present = new Set(items.map(keyOf));
    for (const object of [...this.#store.values()]) if (!present.has(keyOf(object))) this.#gone(object);
    for (const object of items) this.#put(object);
    this.#revision = Math.max(this.#revision, revision);
  }

  #watch(): void {
    const epoch = this.#epoch;
    let ended = false;
    const stop = this.#client.watch<T>(
      this.target,
      { resourceVersion: String(this.#revision), ...this.#selection },
      {
        onEvents: (events) => {
          if (epoch !== this.#epoch) return;
          this.#backoff.succeeded();
          for (const event of events) this.#apply(event);
        },
        onEnd: (error) => {
          ended = true;
          if (epoch !== this.#epoch || this.#stopped) return;
          this.#stopWatch = null;
          this.#afterEnd(error);
        },
      },
    );
    if (!ended && epoch === this.#epoch) this.#stopWatch = stop;
  }

  #afterEnd(error: Error | null): void {
    const code = (error as { code?: number } | null)?.code;
    const gone = code === 410 || code === 504;
    this.#again(this.#epoch, () => (gone ? void this.#listAndWatch() : this.#watch()));
  }

  #again(epoch: number, attempt: () => void): void {
    if (this.#stopped || epoch !== this.#epoch) return;
    this.#retry = this.#clock.setTimer(this.#backoff.nextDelayMs(), () => {
      if (!this.#stopped && epoch === this.#epoch) attempt();
    });
  }

  #apply(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#revision = Math.max(this.#revision, Number(event.resourceVersion));
      return;
    }
    const revision = revisionOf(event.object);
    // A server that begins a little earlier than asked tells again what was heard: an earlier life of an object, for one.
    if (revision <= this.#revision) return;
    this.#revision = revision;
    if (event.type === 'DELETED') this.#gone(event.object);
    else this.#put(event.object);
  }

  #put(object: T): void {
    // A list read again is mostly what was there.
    if (isSame(this.#store.get(keyOf(object)), object)) return;
    const previous = this.#store.set(object);
    if (previous === undefined) {
      for (const handler of this.#handlers) handler.add?.(object);
      return;
    }
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Deleted and made again while nobody watched: two lives under one name.
    if (previous.metadata.uid !== object.metadata.uid) {
      for (const handler of this.#handlers) handler.delete?.(previous);
      for (const handler of this.#handlers) handler.add?.(object);
      return;
    }
    for (const handler of this.#handlers) handler.update?.(object, previous);
  }

  #gone(object: T): void {
    if (this.#store.delete(keyOf(object)) === undefined) return;
    for (const handler of this.#handlers) handler.delete?.(object);
  }
}

function isSame(known: KubeObject | undefined, object: KubeObject): boolean {
  const { uid, resourceVersion } = object.metadata;
  return (
    known !== undefined &&
    resourceVersion !== undefined &&
    known.metadata.resourceVersion === resourceVersion &&
    known.metadata.uid === uid
  );
}
