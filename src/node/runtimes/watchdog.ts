import type { Clock, Timer } from '../../base/clock.ts';

/** A dead man's switch: unless armed anew in time it bites, and stays so until it is armed again. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #bite: () => void;
  #timer: Timer | null = null;
  #bitten = false;

  constructor(clock: Clock, bite: () => void) {
    this.#clock = clock;
    this.#bite = bite;
  }

  get bitten(): boolean {
    return this.#bitten;
  }

  /** Milliseconds from now; null: never. */
  arm(afterMs: number | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#bitten = false;
    if (afterMs === null) return;
    const bite = (): void => {
      this.#bitten = true;
      this.#bite();
    };
    if (afterMs <= 0) bite();
    else this.#timer = this.#clock.setTimer(afterMs, bite);
  }
}
