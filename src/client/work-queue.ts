import type { Clock, Timer } from '../base/clock.ts';

const BASE_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;
/** Keys begun in one turn of the event loop before it is given back. */
const KEYS_PER_TURN = 512;
const SETTLED = Promise.resolve();

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Keys handled at the same time; never the same key twice. A function is asked whenever one could begin. */
  readonly workers: number | (() => number);
  /** Must not reject; what to do after a failure is the caller's rule. */
  readonly handle: (key: string) => Promise<void>;
  /** First and longest delay of `addRateLimited`; 5 ms and 1000 s when left out. */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
}

/**
 * Keys to work on, each at most once in line and never handled twice at a time: a key added while it is being handled
 * is handled again afterwards. Starts paused; workers are promises, there are no threads and no polling.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** Insertion order is the order of service. */
  readonly #waiting = new Set<string>();
  readonly #handling = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #delayed = new Map<string, { readonly at: number; readonly timer: Timer }>();
  readonly #failures = new Map<string, number>();
  #running = false;
  #pumping = false;
  #begun = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys in line, without those being handled or delayed. */
  get depth(): number {
    return this.#waiting.size;
  }

  start(): void {
    this.#running = true;
    this.#pump();
  }

  /** Keys in hand are finished; nothing else is begun. */
  stop(): void {
    this.#running = false;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.#dirty.clear();
  }

  add(key: string): void {
    if (this.#handling.has(key)) {
      this.#dirty.add(key);
      return;
    }
    this.#waiting.add(key);
    this.#pump();
  }

  /** Of several delays for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const at = this.#options.clock.monotonic() + delayMs;
    const pending = this.#delayed.get(key);
    if (pending !== undefined) {
      if (pending.at <= at) return;
      pending.timer.cancel();
    }
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, timer });
  }

  /** Delayed by 5 ms doubling with each call up to 1000 s, until `forget`. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { baseDelayMs = BASE_DELAY_MS, maxDelayMs = MAX_DELAY_MS } = this.#options;
    this.addAfter(key, Math.min(maxDelayMs, baseDelayMs * 2 ** failures));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Failures of this key since the last `forget`. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  #pump(): void {
    if (!this.#running || this.#pumping || this.#waiting.size === 0) return;
    this.#pumping = true;
    const run = (): void => {
      this.#pumping = false;
      const { workers } = this.#options;
      const most = typeof workers === 'number' ? workers : workers();
      while (this.#running && this.#handling.size < most) {
        const next = this.#waiting.values().next();
        if (next.done === true) return;
        this.#begin(next.value);
      }
    };
    // After the turn's events: several events of one commit become one pass. A queue that never runs dry gives the turn
    // back now and then, so that whatever feeds it cannot starve the process.
    // `queueMicrotask` of Node makes an asynchronous resource each time, which costs more than the turn.
    if (this.#begun < KEYS_PER_TURN) void SETTLED.then(run);
    else this.#options.clock.defer(run);
  }

  /** Counts what was begun since input and output last had their turn. */
  #countBegun(): void {
    if (this.#begun++ > 0) return;
    this.#options.clock.defer(() => {
      this.#begun = 0;
    });
  }

  #begin(key: string): void {
    this.#countBegun();
    this.#waiting.delete(key);
    this.#handling.add(key);
    void this.#options.handle(key).then(() => {
      this.#handling.delete(key);
      if (this.#dirty.delete(key) && this.#running) this.#waiting.add(key);
      this.#pump();
    });
  }
}
