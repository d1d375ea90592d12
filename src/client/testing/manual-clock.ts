import type { Clock, Timer } from '../../base/clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that moves only when told to, for unit tests. `settle` lets promises and deferred work run dry. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Pending>();
  readonly #deferred: (() => void)[] = [];

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#now = nowMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(pending);
    return { cancel: () => void this.#timers.delete(pending) };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** Runs promises, deferred work and due timers until nothing more happens at this time. */
  async settle(): Promise<void> {
    for (;;) {
      // Promise chains of the in-memory client are short; this is well past the longest.
      for (let turn = 0; turn < 200; turn++) await Promise.resolve();
      const next = this.#deferred.shift() ?? this.#due(this.#now);
      if (next === undefined) return;
      next();
    }
  }

  /** Moves on by `ms`, stopping at each timer on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      await this.settle();
    }
    this.#now = end;
    await this.settle();
  }

  #earliest(): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#timers) {
      if (first === undefined || pending.at < first.at || (pending.at === first.at && pending.order < first.order))
        first = pending;
    }
    return first;
  }

  #due(now: number): (() => void) | undefined {
    const first = this.#earliest();
    if (first === undefined || first.at > now) return undefined;
    this.#timers.delete(first);
    return first.callback;
  }
}
