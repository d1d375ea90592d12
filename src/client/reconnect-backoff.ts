import type { Clock } from '../base/clock.ts';

/** As client-go's reflector: most servers that are away are away for longer than a moment. */
const FIRST_MS = 800;
const CAP_MS = 30_000;
const RESET_AFTER_MS = 60_000;

/** Delay before the next attempt to reach a server: at once the first time, then 800 ms doubling up to 30 s. */
export class ReconnectBackoff {
  readonly #clock: Clock;
  #failures = 0;
  #lastAttempt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  nextDelayMs(): number {
    const now = this.#clock.monotonic();
    if (now - this.#lastAttempt > RESET_AFTER_MS) this.#failures = 0;
    this.#lastAttempt = now;
    const delay = this.#failures === 0 ? 0 : Math.min(CAP_MS, FIRST_MS * 2 ** (this.#failures - 1));
    this.#failures++;
    return delay;
  }
}
