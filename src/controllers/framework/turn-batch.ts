import type { Clock } from '../../base/clock.ts';

/** Collects keys of one turn and hands each on once, after the turn. */
export class TurnBatch {
  readonly #clock: Clock;
  readonly #hand: (key: string) => void;
  #keys = new Set<string>();

  constructor(clock: Clock, hand: (key: string) => void) {
    this.#clock = clock;
    this.#hand = hand;
  }

  add(key: string): void {
    if (this.#keys.size === 0) this.#clock.defer(() => this.#flush());
    this.#keys.add(key);
  }

  #flush(): void {
    const keys = this.#keys;
    this.#keys = new Set();
    for (const key of keys) this.#hand(key);
  }
}
