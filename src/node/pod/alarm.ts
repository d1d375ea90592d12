import type { Clock, Timer } from '../../base/clock.ts';

/** As long as the longest backoff: what takes longer is a wall clock that jumped, and may jump back. */
const LONGEST_SLEEP_MS = 300_000;

/** Wakes a pod's worker at the earliest time anybody asked for; one timer a pod, none while nothing is due. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | null = null;
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  atLatest(at: number): void {
    if (at >= this.#at) return;
    this.#timer?.cancel();
    this.#at = at;
    const sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, at - this.#clock.now()));
    this.#timer = this.#clock.setTimer(sleepMs, () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#at = Number.POSITIVE_INFINITY;
  }
}
