import type { Clock } from '../../base/clock.ts';

/** Something that runs as a program and is started again when it dies. */
export interface Service {
  readonly name: string;
  runs(): boolean;
  start(): void;
  kill(): void;
}

/** How often the machines' init looks for what has died. */
const LOOK_EVERY_MS = 2_000;

/** Starts dead services again, except those that are held down for a while. */
export class Supervisor {
  readonly #clock: Clock;
  readonly #services = new Map<string, Service>();
  readonly #heldUntilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(service: Service): void {
    this.#services.set(service.name, service);
  }

  get services(): ReadonlyMap<string, Service> {
    return this.#services;
  }

  /** Kills a service and keeps it down for this long; Infinity: until `releaseAll`. */
  holdDown(name: string, forMs: number): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    this.#heldUntilMs.set(name, this.#clock.monotonic() + forMs);
    service.kill();
  }

  /** It may be started again. */
  release(name: string): void {
    this.#heldUntilMs.delete(name);
  }

  releaseAll(): void {
    this.#heldUntilMs.clear();
  }

  watch(): void {
    this.#clock.setTimer(LOOK_EVERY_MS, () => {
      const now = this.#clock.monotonic();
      for (const [name, service] of this.#services) {
        if (!service.runs() && now >= (this.#heldUntilMs.get(name) ?? 0)) service.start();
      }
      this.watch();
    });
  }
}
