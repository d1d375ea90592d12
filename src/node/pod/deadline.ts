import type { Clock, Timer } from '../../base/clock.ts';

/** The end of a pod's grace: it may come closer, never go further away. */
export class Deadline {
  readonly #clock: Clock;
  #at: number;
  #timer: Timer | null = null;
  readonly #waiters: (() => void)[] = [];
  readonly #shortened: (() => void)[] = [];

  constructor(clock: Clock, at: number) {
    this.#clock = clock;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** Milliseconds left, never negative. */
  get left(): number {
    return Math.max(0, this.#at - this.#clock.now());
  }

  shorten(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    if (this.#timer !== null) this.#arm();
    for (const listener of this.#shortened) listener();
  }

  onShortened(listener: () => void): void {
    this.#shortened.push(listener);
  }

  /** Resolves with `work`, or at the deadline if that is sooner. */
  async race(work: Promise<unknown>): Promise<void> {
    const expired = new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
    });
    if (this.#timer === null) this.#arm();
    await Promise.race([work, expired]);
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(this.left, () => {
      for (const resolve of this.#waiters.splice(0)) resolve();
    });
  }

  /** Nobody waits any more. */
  dispose(): void {
    this.#timer?.cancel();
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
