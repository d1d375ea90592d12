import type { Clock } from '../../base/clock.ts';

export interface Flushable {
  flush(): void;
}

/** A flush that took longer than this is followed by a pause. */
const CHEAP_MS = 2;
/** Pause per time of the last flush: readers of one process need about as long to read what was written. */
const PAUSE_FACTOR = 3;
const MAX_PAUSE_MS = 100;

/**
 * Writes what watchers have been told in this turn, once per watcher. With many watchers a flush costs much more than a
 * commit; then the next one waits in proportion, so that more events share each write and the server keeps most of its time
 * for requests.
 */
export class FlushQueue {
  readonly #clock: Clock;
  #dirty = new Set<Flushable>();
  #scheduled = false;
  #lastCostMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(stream: Flushable): void {
    this.#dirty.add(stream);
    if (this.#scheduled) return;
    this.#scheduled = true;
    const run = (): void => this.#run();
    if (this.#lastCostMs > CHEAP_MS) this.#clock.setTimer(Math.min(this.#lastCostMs * PAUSE_FACTOR, MAX_PAUSE_MS), run);
    else this.#clock.defer(run);
  }

  remove(stream: Flushable): void {
    this.#dirty.delete(stream);
  }

  #run(): void {
    const started = this.#clock.monotonic();
    const dirty = this.#dirty;
    this.#dirty = new Set();
    this.#scheduled = false;
    for (const stream of dirty) stream.flush();
    // Sockets encrypt and write at the end of the turn.
    this.#clock.defer(() => {
      this.#lastCostMs = this.#clock.monotonic() - started;
    });
  }
}
