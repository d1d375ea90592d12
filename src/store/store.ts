/**
 * The revisioned key-value store (design D2). Keys are `resource-prefix/…` strings; a collection is all keys under one
 * prefix. Values are frozen; their serialized bytes are made once, at the write. The store knows no Kubernetes kind.
 */
export interface Entry<T = unknown> {
  readonly key: string;
  /** Revision of the write that made this value. */
  readonly revision: number;
  readonly value: T;
  /** UTF-8 JSON of the value, made once. */
  readonly bytes: Buffer;
}

export interface StoreEvent<T = unknown> {
  readonly type: 'put' | 'delete';
  readonly revision: number;
  readonly key: string;
  /** The new entry; for a delete the last state re-encoded with the revision of the deletion. */
  readonly entry: Entry<T>;
  readonly previous: Entry<T> | null;
  /** Scratch for whoever serves this event: frames made once per event, not per watcher. */
  readonly frames: Map<string, Buffer>;
}

/** Makes value and bytes once the revision is known; the value is frozen by the caller's convention. */
export type Encode<T> = (revision: number) => { readonly value: T; readonly bytes: Buffer };

export type Expectation = { readonly kind: 'absent' } | { readonly kind: 'revision'; readonly revision: number };

export class StoreConflict extends Error {
  readonly key: string;
  /** The entry that is there now, or null. */
  readonly current: Entry | null;
  constructor(key: string, current: Entry | null) {
    super(`conflict at ${key}`);
    this.name = 'StoreConflict';
    this.key = key;
    this.current = current;
  }
}

/** Thrown for a revision whose history is gone. */
export class Compacted extends Error {
  readonly requested: number;
  readonly oldest: number;
  constructor(requested: number, oldest: number) {
    super(`revision ${requested} compacted, oldest is ${oldest}`);
    this.name = 'Compacted';
    this.requested = requested;
    this.oldest = oldest;
  }
}

export interface Watch {
  /** Stops it; no event is delivered afterwards. */
  stop(): void;
}

export interface Snapshot<T = unknown> {
  readonly revision: number;
  /** In key order. */
  readonly entries: readonly Entry<T>[];
  /** How many more entries follow when `limit` cut the list. */
  readonly remaining: number;
}

export interface Store {
  /** Revision of the newest write accepted, durable or still on its way. */
  readonly pendingRevision: number;
  /** Last committed revision. */
  readonly revision: number;
  /** Committed entry. */
  get<T>(key: string): Entry<T> | null;
  /**
   * Newest entry including writes still on their way to disk: what optimistic concurrency is judged against.
   * Never show it to a client.
   */
  getPending<T>(key: string): Entry<T> | null;
  /** Committed entries under `prefix`, at `revision` (default: now). Throws Compacted when it is too old. */
  list<T>(
    prefix: string,
    options?: { readonly revision?: number; readonly after?: string; readonly limit?: number },
  ): Snapshot<T>;
  /** Number of committed entries under `prefix`. */
  count(prefix: string): number;
  /** Resolves when durable and visible. Rejects with StoreConflict when the expectation fails; nothing is then written. */
  put<T>(key: string, expect: Expectation, encode: Encode<T>): Promise<Entry<T>>;
  /** As put; `encode` makes the last state as the DELETED event shows it. */
  delete<T>(key: string, expect: Expectation, encode: Encode<T>): Promise<Entry<T>>;
  /**
   * Delivers every committed event under `prefix` with revision > `after`, in order, in batches, synchronously at commit.
   * Throws Compacted when the history does not reach back.
   */
  watch<T>(prefix: string, after: number, onEvents: (events: readonly StoreEvent<T>[]) => void): Watch;
  /** Resolves once everything up to `revision` is committed. */
  settled(revision: number): Promise<void>;
  /** Waits for writes under way, then releases the backend. */
  close(): Promise<void>;
}

/** One durable operation of a group commit. `bytes` null removes the key. */
export interface BackendWrite {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Buffer | null;
  /** Revision this write replaces, 0 when the key was absent. */
  readonly previous: number;
  /** For a removal: the last state as its event shows it. */
  readonly last: Buffer | null;
}

export interface BackendEntry {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Buffer;
  /** What the bytes say, frozen, where the backend happens to know; it is parsed when first looked at otherwise. */
  readonly value?: unknown;
}

/** A past write a backend still remembers, so that watches survive a restart. */
export interface BackendEvent extends BackendEntry {
  readonly type: 'put' | 'delete';
  /** What it replaced, or null. */
  readonly previous: BackendEntry | null;
}

export interface BackendState {
  /** Highest revision ever committed. */
  readonly revision: number;
  readonly entries: Iterable<BackendEntry>;
  /** Every write after `oldest`, in order. Without it nothing before `revision` can be watched. */
  readonly history?: { readonly oldest: number; readonly events: readonly BackendEvent[] };
}

/** Where bytes survive. `commit` is atomic for the whole batch and resolves once durable; batches come one at a time. */
export interface Backend {
  /** Everything stored, with the highest revision ever committed. */
  load(): Promise<BackendState>;
  /** Present where nothing has to be waited for: the store then commits within the turn of the write. */
  commitNow?(batch: readonly BackendWrite[], revision: number): void;
  commit(batch: readonly BackendWrite[], revision: number): Promise<void>;
  close(): Promise<void>;
}
