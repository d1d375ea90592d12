import type { Clock, Timer } from '../../base/clock.ts';
import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Watch } from '../../store/store.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import { encoder } from '../resources/encode.ts';

const TTL_MS = 3_600_000;
const SWEEP_EVERY_MS = 60_000;

/** Removes Events an hour after they were last written; one timer, and only while there are any. */
export class EventExpiry {
  readonly #core: Core;
  readonly #kind: ServedKind;
  readonly #clock: Clock;
  /** When each event was last written, oldest first. */
  readonly #written = new Map<string, number>();
  #timer: Timer | null = null;
  #watch: Watch | null = null;

  constructor(core: Core, kind: ServedKind) {
    this.#core = core;
    this.#kind = kind;
    this.#clock = core.clock;
  }

  start(): void {
    const { store } = this.#core;
    const snapshot = store.list<KubeObject>(this.#kind.prefix);
    const known = snapshot.entries.map(({ key, value }) => [key, lastSeen(value)] as const);
    for (const [key, at] of [...known].sort((a, b) => a[1] - b[1])) this.#written.set(key, at);
    this.#watch = store.watch<KubeObject>(this.#kind.prefix, snapshot.revision, (events) => {
      for (const { type, key } of events) {
        this.#written.delete(key);
        if (type === 'put') this.#written.set(key, this.#clock.now());
      }
      this.#schedule();
    });
    this.#schedule();
  }

  stop(): void {
    this.#watch?.stop();
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#timer !== null || this.#written.size === 0) return;
    const [oldest = 0] = this.#written.values();
    const delay = Math.max(SWEEP_EVERY_MS, oldest + TTL_MS - this.#clock.now());
    this.#timer = this.#clock.setTimer(delay, () => {
      this.#timer = null;
      this.#sweep();
      this.#schedule();
    });
  }

  #sweep(): void {
    const { store } = this.#core;
    const until = this.#clock.now() - TTL_MS;
    for (const [key, at] of this.#written) {
      if (at > until) return;
      this.#written.delete(key);
      const entry = store.getPending<KubeObject>(key);
      if (entry === null) continue;
      store
        .delete<KubeObject>(key, { kind: 'revision', revision: entry.revision }, encoder(this.#kind, entry.value))
        // Somebody was faster; or the storage failed, which the store says itself, to those who can do something about it.
        .catch(() => undefined);
    }
  }
}

function lastSeen(event: KubeObject): number {
  return parseTime(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
}
