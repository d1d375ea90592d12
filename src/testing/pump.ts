import type { Client } from '../client/client.ts';
import type { VirtualClock } from '../simulator/time/virtual-clock.ts';

/** Lets virtual time pass while somebody waits for something, and only then; several may wait at once. */
export class Pump {
  readonly #clock: VirtualClock;
  #waiting = 0;
  #running: Promise<void> | null = null;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Runs events until the promise has settled. */
  settle<T>(promise: Promise<T>): Promise<T> {
    this.#waiting++;
    const done = (): void => {
      this.#waiting--;
    };
    promise.then(done, done);
    this.#run();
    return promise;
  }

  #run(): void {
    if (this.#running !== null) return;
    this.#running = this.#clock
      .run(Number.POSITIVE_INFINITY, () => this.#waiting === 0)
      .finally(() => {
        this.#running = null;
        if (this.#waiting > 0) this.#run();
      });
  }

  /** The same client for code outside of virtual time: its calls make time pass until they are answered. */
  client(inner: Client): Client {
    return {
      get: (...args) => this.settle(inner.get(...args)),
      list: (...args) => this.settle(inner.list(...args)),
      create: (...args) => this.settle(inner.create(...args)),
      createSub: (...args) => this.settle(inner.createSub(...args)),
      update: (...args) => this.settle(inner.update(...args)),
      patch: (...args) => this.settle(inner.patch(...args)),
      delete: (...args) => this.settle(inner.delete(...args)),
      watch: (...args) => inner.watch(...args),
    };
  }
}
