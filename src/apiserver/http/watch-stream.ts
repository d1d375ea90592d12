import type { Timer } from '../../base/clock.ts';
import { randomInt } from '../../base/random.ts';
import type { KubeObject } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import type { StoreEvent, Watch } from '../../store/store.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import { list } from '../resources/list.ts';
import { checkWatchQuery, type ListQuery, tooLargeRevision, watchRevision } from '../resources/list-options.ts';
import { type Selection, selectionOf } from '../resources/selection.ts';
import { type WatchChange, watchChanges } from '../resources/watch.ts';
import type { Outgoing } from './exchange.ts';
import type { Flushable, FlushQueue } from './flush.ts';
import { statusOf } from './respond.ts';
import type { Framer } from './watch-frames.ts';

/** A watcher that does not read is dropped at this many bytes. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
const STATE_CHUNK_BYTES = 128 * 1024;
const BOOKMARK_EVERY_MS = 60_000;
/** The last bookmark comes this long before the end. */
const BOOKMARK_BEFORE_END_MS = 2_000;
const TOO_LARGE_WAIT_MS = 3_000;
const DEFAULT_TIMEOUT_S = 1800;

export interface WatchStart {
  readonly selection: Selection;
  readonly revision: number;
  /** Send the state first. */
  readonly initial: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** Reads the parameters of a watch; throws what is answered as an HTTP error (api.md 3.3). */
export function watchStart(core: Core, kind: ServedKind, query: ListQuery): WatchStart {
  checkWatchQuery(query);
  const selection = selectionOf(kind, query.labelSelector, query.fieldSelector);
  const revision = watchRevision(query.resourceVersion);
  const initial = query.sendInitialEvents ?? revision === 0;
  const seconds = query.timeoutSeconds ?? 0;
  const timeoutMs = (seconds > 0 ? seconds : DEFAULT_TIMEOUT_S + randomInt(core.random, DEFAULT_TIMEOUT_S)) * 1000;
  return { selection, revision, initial, bookmarks: query.allowWatchBookmarks === true, timeoutMs };
}

/** Joined frames of a store batch, shared by all watchers that see it alike. */
const joined = new WeakMap<readonly StoreEvent<KubeObject>[], Map<string, Buffer>>();

function sharedBatch(
  raw: readonly StoreEvent<KubeObject>[],
  changes: readonly WatchChange[],
  framer: Framer,
  key: string,
): Buffer {
  let made = joined.get(raw);
  if (made === undefined) {
    made = new Map();
    joined.set(raw, made);
  }
  let buffer = made.get(key);
  if (buffer === undefined) {
    const frames = changes.map((change) => framer.change(change));
    buffer = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
    made.set(key, buffer);
  }
  return buffer;
}

/** One watch over HTTP: frames are gathered per turn and written at once; a reader that falls behind is dropped. */
export class WatchStream implements Flushable {
  readonly #core: Core;
  readonly #kind: ServedKind;
  readonly #namespace: string;
  readonly #start: WatchStart;
  readonly #framer: Framer;
  readonly #out: Outgoing;
  readonly #queue: FlushQueue;
  readonly #timers: Timer[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** What is left of the state to send first. */
  #state: Iterator<Buffer> | null = null;
  /** For the client to take what was written. */
  #waiting = false;
  #watch: Watch | null = null;
  #closed = false;
  #ending = false;

  constructor(
    core: Core,
    place: { readonly kind: ServedKind; readonly namespace: string; readonly start: WatchStart },
    framer: Framer,
    out: Outgoing,
    queue: FlushQueue,
  ) {
    this.#core = core;
    this.#kind = place.kind;
    this.#namespace = place.namespace;
    this.#start = place.start;
    this.#framer = framer;
    this.#out = out;
    this.#queue = queue;
  }

  open(): void {
    const { clock, store } = this.#core;
    const { revision, initial, timeoutMs, bookmarks } = this.#start;
    this.#timers.push(clock.setTimer(timeoutMs, () => this.end()));
    if (bookmarks)
      this.#bookmarkLater(Math.min(BOOKMARK_EVERY_MS, timeoutMs - BOOKMARK_BEFORE_END_MS), clock.now() + timeoutMs);
    if (initial && revision > store.revision) this.#awaitRevision(revision);
    else this.#begin();
  }

  #awaitRevision(revision: number): void {
    this.#timers.push(
      this.#core.clock.setTimer(TOO_LARGE_WAIT_MS, () => {
        if (this.#core.store.revision >= revision) this.#begin();
        else this.#fail(tooLargeRevision(revision, this.#core.store.revision));
      }),
    );
  }

  #begin(): void {
    if (this.#closed) return;
    const { revision, initial, selection } = this.#start;
    const { store } = this.#core;
    const now = store.revision;
    if (initial) {
      this.#state = this.#stateFrames(now);
      this.#queue.add(this);
    }
    const place = { kind: this.#kind, namespace: this.#namespace, selection };
    const after = initial || revision === 0 ? now : revision;
    try {
      this.#watch = watchChanges(this.#core, place, after, (changes, raw) => this.#deliver(changes, raw));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The frames of the state, made as the client takes them. */
  *#stateFrames(revision: number): Generator<Buffer> {
    const { selection, bookmarks } = this.#start;
    for (const entry of list(this.#core, this.#kind, this.#namespace, {}).entries) {
      if (selection.matches(entry.value)) yield this.#framer.change({ type: 'ADDED', entry, event: null });
    }
    if (bookmarks) yield this.#framer.bookmark(String(revision), true);
  }

  #deliver(changes: readonly WatchChange[], raw: readonly StoreEvent<KubeObject>[]): void {
    const key = this.#start.selection.everything ? this.#framer.sharedKey : null;
    if (key !== null) this.#push(sharedBatch(raw, changes, this.#framer, key));
    else for (const change of changes) this.#push(this.#framer.change(change));
  }

  #push(bytes: Buffer): void {
    if (this.#closed) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > MAX_BUFFERED_BYTES) this.#drop();
    else this.#queue.add(this);
  }

  flush(): void {
    if (this.#closed || this.#waiting) return;
    if (this.#state !== null && !this.#writeState()) return;
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (pending.length > 0) this.#out.write(pending.length === 1 ? pending[0]! : Buffer.concat(pending));
    if (this.#ending) {
      this.close();
      this.#out.end();
    } else if (this.#out.buffered() > MAX_BUFFERED_BYTES) this.#drop();
  }

  /** Writes the state as far as the client takes it; false while there is more. */
  #writeState(): boolean {
    let chunk: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const { value, done } = this.#state!.next();
      if (done !== true) {
        chunk.push(value);
        bytes += value.length;
        if (bytes < STATE_CHUNK_BYTES) continue;
      }
      const taken = chunk.length === 0 || this.#out.write(Buffer.concat(chunk, bytes));
      if (done === true) {
        this.#state = null;
        return true;
      }
      chunk = [];
      bytes = 0;
      if (taken) continue;
      this.#waiting = true;
      this.#out.drained(() => {
        this.#waiting = false;
        this.#queue.add(this);
      });
      return false;
    }
  }

  /** The client does not read: it is let go without a word, and will ask again. */
  #drop(): void {
    this.close();
    this.#out.destroy();
  }

  #bookmarkLater(delayMs: number, endsAt: number): void {
    if (delayMs <= 0) return;
    const { clock, store } = this.#core;
    this.#timers[1]?.cancel();
    this.#timers[1] = clock.setTimer(delayMs, () => {
      if (this.#closed || this.#watch === null) return;
      this.#push(this.#framer.bookmark(String(store.revision), false));
      const left = endsAt - clock.now() - BOOKMARK_BEFORE_END_MS;
      this.#bookmarkLater(Math.min(BOOKMARK_EVERY_MS, left), endsAt);
    });
  }

  #fail(error: unknown): void {
    const status = error instanceof StatusError ? error.status : statusOf(error);
    this.#push(this.#framer.error(status));
    this.end();
  }

  /** Writes what is pending and closes the stream. */
  end(): void {
    if (this.#closed) return;
    this.#ending = true;
    this.#watch?.stop();
    this.#queue.add(this);
  }

  /** Forgets everything; the connection is gone or was ended. */
  close(): void {
    this.#closed = true;
    this.#watch?.stop();
    this.#queue.remove(this);
    for (const timer of this.#timers) timer?.cancel();
    this.#pending = [];
  }
}
