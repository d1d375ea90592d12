const INITIAL_MS = 10_000;

/**
 * Crash and pull backoff (node.md 3): the first retry is immediate, then 10 s doubling up to a cap, each counted from
 * the failure; forgotten when a failure comes later than twice the cap after the last retry.
 */
export class RestartBackoff {
  readonly #maxMs: number;
  #delayMs = 0;
  #lastAt = 0;

  constructor(maxMs = 300_000) {
    this.#maxMs = maxMs;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** When a retry may follow a failure at `failedAt`; `failedAt` itself when at once. */
  readyAt(failedAt: number): number {
    if (this.#delayMs === 0 || failedAt - this.#lastAt > 2 * this.#maxMs) return failedAt;
    return failedAt + this.#delayMs;
  }

  /** A retry is made now, after the failure at `failedAt`. */
  retried(failedAt: number, now: number): void {
    const fresh = this.#delayMs === 0 || failedAt - this.#lastAt > 2 * this.#maxMs;
    this.#delayMs = Math.min(this.#maxMs, fresh ? INITIAL_MS : this.#delayMs * 2);
    this.#lastAt = now;
  }

  reset(): void {
    this.#delayMs = 0;
  }
}
