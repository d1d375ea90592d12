import { CommittedEvent, StoredEntry, storedEvent } from './entry.ts';
import { DEFAULT_HISTORY, History, type HistoryLimits } from './history.ts';
import { OrderedIndex } from './ordered-index.ts';
import {
  type Backend,
  type BackendState,
  type BackendWrite,
  Compacted,
  type Encode,
  type Entry,
  type Expectation,
  type Snapshot,
  type Store,
  StoreConflict,
  type StoreEvent,
  type Watch,
} from './store.ts';
import { Watchers } from './watchers.ts';

interface PendingWrite {
  readonly event: CommittedEvent;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: Error) => void;
}

export interface StoreOptions {
  readonly backend: Backend;
  readonly history?: HistoryLimits;
  /** Starts a commit; default: at the end of the turn. A cluster passes `clock.defer`, so that one batch takes all of a turn. */
  readonly schedule?: (commit: () => void) => void;
  /** Told once when the backend failed; every later write is refused. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * The store of design D2: committed view and history in memory, group commit to a backend. Writes that arrive while a
 * batch is on its way form the next one. **Invariant:** nothing is acknowledged, readable or watchable before its batch
 * is durable, and after a backend failure nothing is written any more.
 */
export class MemoryStore implements Store {
  readonly #backend: Backend;
  readonly #schedule: (commit: () => void) => void;
  readonly #onFailure: (error: Error) => void;
  readonly #index = new OrderedIndex();
  readonly #history: History;
  readonly #watchers = new Watchers();
  /** Newest state of keys with writes under way; null: being removed. */
  readonly #pending = new Map<string, { readonly entry: Entry | null; readonly revision: number }>();
  #queue: PendingWrite[] = [];
  #committing = false;
  #scheduled = false;
  #revision: number;
  #pendingRevision: number;
  #failure: Error | null = null;
  #idle: (() => void)[] = [];
  #waiting: { readonly revision: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #closed = false;

  /** Opens a store on what the backend holds. */
  static async open(options: StoreOptions): Promise<MemoryStore> {
    return new MemoryStore(options, await options.backend.load());
  }

  private constructor(options: StoreOptions, state: BackendState) {
    this.#backend = options.backend;
    this.#schedule = options.schedule ?? queueMicrotask;
    this.#onFailure = options.onFailure ?? (() => {});
    this.#revision = state.revision;
    this.#pendingRevision = state.revision;
    for (const stored of state.entries) this.#index.set(new StoredEntry(stored));
    this.#history = new History(state.history?.oldest ?? state.revision, options.history ?? DEFAULT_HISTORY);
    for (const event of state.history?.events ?? []) this.#history.push(storedEvent(event));
  }

  get revision(): number {
    return this.#revision;
  }

  /** Everything after this revision can still be watched. */
  get oldest(): number {
    return this.#history.oldest;
  }

  get pendingRevision(): number {
    return this.#pendingRevision;
  }

  get<T>(key: string): Entry<T> | null {
    return this.#index.get(key) as Entry<T> | null;
  }

  getPending<T>(key: string): Entry<T> | null {
    const pending = this.#pending.get(key);
    return (pending === undefined ? this.#index.get(key) : pending.entry) as Entry<T> | null;
  }

  list<T>(prefix: string, options: { revision?: number; after?: string; limit?: number } = {}): Snapshot<T> {
    const revision = options.revision ?? this.#revision;
    if (revision < this.#history.oldest && revision < this.#revision) {
      throw new Compacted(revision, this.#history.oldest);
    }
    let entries = this.#index.range(prefix, options.after);
    if (revision < this.#revision) entries = this.#revert(entries, prefix, revision, options.after);
    const limit = options.limit ?? 0;
    const remaining = limit > 0 ? Math.max(0, entries.length - limit) : 0;
    if (remaining > 0) entries.length = limit;
    return { revision, entries: entries as Entry<T>[], remaining };
  }

  /** The entries as they were at `revision`: later events are taken back, newest first. */
  #revert(entries: Entry[], prefix: string, revision: number, after: string | undefined): Entry[] {
    const events = this.#history.since(revision, prefix);
    if (events.length === 0) return entries;
    const then = new Map(entries.map((entry) => [entry.key, entry]));
    for (let i = events.length - 1; i >= 0; i--) {
      const { key, previous } = events[i]!;
      if (after !== undefined && key <= after) continue;
      if (previous === null) then.delete(key);
      else then.set(key, previous);
    }
    return [...then.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  count(prefix: string): number {
    return this.#index.count(prefix);
  }

  put<T>(key: string, expect: Expectation, encode: Encode<T>): Promise<Entry<T>> {
    return this.#write('put', key, expect, encode) as Promise<Entry<T>>;
  }

  delete<T>(key: string, expect: Expectation, encode: Encode<T>): Promise<Entry<T>> {
    return this.#write('delete', key, expect, encode) as Promise<Entry<T>>;
  }

  #write(type: 'put' | 'delete', key: string, expect: Expectation, encode: Encode<unknown>): Promise<Entry> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#closed) return Promise.reject(new Error('the store is closed'));
    const current = this.getPending(key);
    const met = expect.kind === 'absent' ? current === null : current?.revision === expect.revision;
    if (!met) return Promise.reject(new StoreConflict(key, current));
    const revision = this.#pendingRevision + 1;
    let entry: Entry;
    try {
      const { value, bytes } = encode(revision);
      entry = { key, revision, value, bytes };
    } catch (error) {
      return Promise.reject(error);
    }
    this.#pendingRevision = revision;
    this.#pending.set(key, { entry: type === 'put' ? entry : null, revision });
    return new Promise((resolve, reject) => {
      this.#queue.push({ event: new CommittedEvent(type, entry, current), resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    if (this.#scheduled || this.#committing) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    const batch = this.#queue;
    this.#queue = [];
    const writes = batch.map(({ event }): BackendWrite => {
      const { type, key, revision, entry, previous } = event;
      const removed = type === 'delete';
      return {
        key,
        revision,
        bytes: removed ? null : entry.bytes,
        previous: previous?.revision ?? 0,
        last: removed ? entry.bytes : null,
      };
    });
    const revision = batch.at(-1)!.event.revision;
    this.#committing = true;
    try {
      if (this.#backend.commitNow !== undefined) this.#backend.commitNow(writes, revision);
      else await this.#backend.commit(writes, revision);
    } catch (error) {
      this.#fail(error as Error, batch);
      return;
    }
    this.#publish(batch, revision);
    this.#committing = false;
    if (this.#queue.length > 0) this.#start();
    else this.#settle();
  }

  /** Makes a durable batch visible, shows it to the watchers, then acknowledges it. */
  #publish(batch: readonly PendingWrite[], revision: number): void {
    const events: StoreEvent[] = [];
    for (const { event } of batch) {
      if (event.type === 'put') this.#index.set(event.entry);
      else this.#index.delete(event.key);
      if (this.#pending.get(event.key)?.revision === event.revision) this.#pending.delete(event.key);
      this.#history.push(event);
      events.push(event);
    }
    this.#revision = revision;
    this.#watchers.deliver(events);
    for (const write of batch) write.resolve(write.event.entry);
    if (this.#waiting.length === 0) return;
    for (const waiter of this.#waiting) if (waiter.revision <= revision) waiter.resolve();
    this.#waiting = this.#waiting.filter((waiter) => waiter.revision > revision);
  }

  #fail(error: Error, batch: readonly PendingWrite[]): void {
    this.#failure = new Error(`storage failed, writes are refused until a restart: ${error.message}`, { cause: error });
    for (const write of [...batch, ...this.#queue, ...this.#waiting]) write.reject(this.#failure);
    this.#waiting = [];
    this.#queue = [];
    this.#pending.clear();
    this.#committing = false;
    this.#onFailure(this.#failure);
    this.#settle();
  }

  watch<T>(prefix: string, after: number, onEvents: (events: readonly StoreEvent<T>[]) => void): Watch {
    if (after < this.#history.oldest) throw new Compacted(after, this.#history.oldest);
    const past = after < this.#revision ? this.#history.since(after, prefix) : [];
    const deliver = onEvents as (events: readonly StoreEvent[]) => void;
    const watch = this.#watchers.add(prefix, Math.max(after, this.#revision), deliver);
    if (past.length > 0) deliver(past);
    return watch;
  }

  settled(revision: number): Promise<void> {
    if (revision <= this.#revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      else this.#waiting.push({ revision, resolve, reject });
    });
  }

  #settle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#committing || this.#scheduled || this.#queue.length > 0) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    }
    await this.#backend.close();
  }
}
