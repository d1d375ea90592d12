import type { StoreEvent } from './store.ts';

/** What the history may hold; five minutes of ordinary use fit well within the defaults. */
export interface HistoryLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export const DEFAULT_HISTORY: HistoryLimits = { maxEvents: 100_000, maxBytes: 32 * 1024 * 1024 };

/** The last committed events in revision order, bounded by count and bytes. Everything after `oldest` is held. */
export class History {
  readonly #limits: HistoryLimits;
  #events: StoreEvent[] = [];
  #head = 0;
  #bytes = 0;
  /** Revision from which on (exclusive) every event is held. */
  oldest: number;

  constructor(oldest: number, limits: HistoryLimits = DEFAULT_HISTORY) {
    this.oldest = oldest;
    this.#limits = limits;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    this.#bytes += event.entry.bytes.length;
    while (this.#events.length - this.#head > this.#limits.maxEvents || this.#bytes > this.#limits.maxBytes)
      this.#drop();
    if (this.#head > 1024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  #drop(): void {
    const event = this.#events[this.#head]!;
    this.#events[this.#head] = undefined as never;
    this.#head++;
    this.#bytes -= event.entry.bytes.length;
    this.oldest = event.revision;
  }

  /** Events under `prefix` with a revision above `after`, in order. */
  since(after: number, prefix: string): StoreEvent[] {
    const found: StoreEvent[] = [];
    for (let i = this.#firstAfter(after); i < this.#events.length; i++) {
      const event = this.#events[i]!;
      if (event.key.startsWith(prefix)) found.push(event);
    }
    return found;
  }

  #firstAfter(revision: number): number {
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
