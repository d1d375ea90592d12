import type { Clock, Timer } from '../../base/clock.ts';
import type { SeededRandom } from '../time/seeded-random.ts';

/** Never settles. Made anew each time: a shared one would hold on to everybody who ever waited for it. */
const never = (): Promise<never> => new Promise(() => {});

/**
 * A program as an operating system knows it: it can be killed at any moment, and then nothing it began goes on. Its timers do
 * not fire, its calls never return, what is sent to it is not heard. Its clock may be wrong by `skewMs`.
 */
export class Program {
  readonly name: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** How far its wall clock is off; monotonic time is never wrong. */
  skewMs = 0;
  #alive = true;
  readonly #onKill: (() => void)[] = [];

  constructor(name: string, clock: Clock, random: SeededRandom) {
    this.name = name;
    this.random = random;
    const own: Clock = {
      now: () => clock.now() + this.skewMs,
      monotonic: () => clock.monotonic(),
      setTimer: (delayMs, callback): Timer => clock.setTimer(delayMs, () => this.run(callback)),
      defer: (callback) => clock.defer(() => this.run(callback)),
    };
    this.clock = own;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Runs it unless the program is dead. */
  run(callback: () => void): void {
    if (this.#alive) callback();
  }

  onKill(callback: () => void): void {
    this.#onKill.push(callback);
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const callback of this.#onKill.splice(0)) callback();
  }

  /** Lets a result through to the program only while it lives. */
  reply<T>(promise: Promise<T>): Promise<T> {
    if (!this.#alive) return never();
    return promise.then(
      (value) => (this.#alive ? value : never()),
      (error) => {
        if (this.#alive) throw error;
        return never();
      },
    );
  }

  /** The same object as the program may use it: after its death calls do nothing and never return. */
  guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, property) => {
        const value = Reflect.get(object, property, object) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (!this.#alive) return never();
          const result = (value as (...given: unknown[]) => unknown).apply(object, args);
          return result instanceof Promise ? this.reply(result) : result;
        };
      },
    });
  }
}
