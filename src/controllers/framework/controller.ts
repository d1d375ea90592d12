import type { Clock } from '../../base/clock.ts';
import type { AnyInformer } from '../../client/informer.ts';
import { WorkQueue, type WorkQueueOptions } from '../../client/work-queue.ts';

/** What the rest of the process knows of a controller. */
export interface Controller {
  readonly name: string;
  /** Resolves when its caches are synced and its workers run. */
  start(): Promise<void>;
  stop(): void;
}

export interface ReconcileResult {
  /** Handle the key again after this time, unless an event does so earlier. */
  readonly requeueAfterMs?: number;
}

/** Measures and reports; all optional. */
export interface ControllerHooks {
  /** Before each pass. */
  began?(controller: string, key: string): void;
  /** After each pass: duration in ms of the monotonic clock and how it ended. */
  reconciled?(controller: string, key: string, durationMs: number, outcome: 'done' | 'error' | 'stale'): void;
  error?(controller: string, key: string, error: unknown): void;
  depth?(controller: string, depth: number): void;
}

export interface ReconcilerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly workers: WorkQueueOptions['workers'];
  /** Synced before the first pass. */
  readonly informers: readonly AnyInformer[];
  readonly reconcile: (key: string) => Promise<ReconcileResult | undefined>;
  readonly hooks?: ControllerHooks | undefined;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
}

/** Thrown by a pass whose caches have not seen its own last writes: tried again, not counted as a failure. */
export class StaleCache extends Error {}

/** Level-based controller: keys come in from events, `reconcile` makes each of them right. */
export class Reconciler implements Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.name = options.name;
    this.#options = options;
    this.queue = new WorkQueue({
      clock: options.clock,
      workers: options.workers,
      handle: (key) => this.#handle(key),
      ...(options.baseDelayMs === undefined ? {} : { baseDelayMs: options.baseDelayMs }),
      ...(options.maxDelayMs === undefined ? {} : { maxDelayMs: options.maxDelayMs }),
    });
  }

  async start(): Promise<void> {
    await Promise.all(this.#options.informers.map((informer) => informer.start()));
    this.queue.start();
  }

  stop(): void {
    this.queue.stop();
  }

  async #handle(key: string): Promise<void> {
    const { clock, hooks, reconcile, name } = this.#options;
    const began = clock.monotonic();
    hooks?.began?.(name, key);
    try {
      const result = await reconcile(key);
      this.queue.forget(key);
      if (result?.requeueAfterMs !== undefined) this.queue.addAfter(key, result.requeueAfterMs);
      hooks?.reconciled?.(name, key, clock.monotonic() - began, 'done');
    } catch (error) {
      this.queue.addRateLimited(key);
      const stale = error instanceof StaleCache;
      hooks?.reconciled?.(name, key, clock.monotonic() - began, stale ? 'stale' : 'error');
      if (!stale) hooks?.error?.(name, key, error);
    }
    hooks?.depth?.(name, this.queue.depth);
  }
}
