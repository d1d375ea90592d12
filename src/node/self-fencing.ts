import { promiseOf, SELF_FENCING } from '../api/shared/self-fencing.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { revisionOf } from '../client/meta.ts';
import type { KubeObject } from '../schema/object.ts';
import type { LeaseTerms } from './heartbeats.ts';
import type { Runtime } from './runtimes/runtime.ts';

/** A lease lasts this long unless the node was told otherwise. */
const LEASE_MS = 40_000;
/** When it has ended members have this part of it to end by themselves; what is left the runtime kills. */
const STOP_PART = 0.25;
/** The promise, in leases, leaves the runtime time to see to it. */
const PROMISE_LEASES = 1.5;

export interface SelfFencingOptions {
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** From the sending of the last renewal that was accepted: how long members run on. Default 40 s. */
  readonly leaseMs?: number;
  /** Stops the members; resolves when none runs. */
  stop(graceMs: number): Promise<void>;
  /** Members may run again. */
  resume(): void;
  /** Ends the members for good: others may have been started in their place. */
  giveUp(): void;
}

/**
 * Whether members may run on this node: with self-fencing on, only while it holds its lease. All times are those of the
 * monotonic clock from the sending of a renewal on, so that they are never later than what the control plane believes.
 */
export class SelfFencing implements LeaseTerms {
  readonly #o: SelfFencingOptions;
  readonly #leaseMs: number;
  readonly #stopMs: number;
  #wanted = false;
  /** Others may act on a promise of ours. */
  #promised = false;
  #open = true;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;
  #stopped: Promise<void> = Promise.resolve();
  #yielded = false;
  /** Revision at which a give-up was acknowledged: pods last written before may have been replaced. */
  acknowledged = 0;

  constructor(options: SelfFencingOptions) {
    this.#o = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#stopMs = this.#leaseMs * STOP_PART;
  }

  /** Whether members may be started. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether this runtime can keep the promise even when the agent is dead. */
  get possible(): boolean {
    return this.#o.runtime.watchdog !== undefined;
  }

  /**
   * The node as it registers. An earlier agent may have promised what this one does not know of, and others act on it until the
   * lease says otherwise, also where fencing was taken back since.
   */
  begin(node: KubeObject): void {
    this.seen(node);
    if (this.possible) this.#open = false;
  }

  seen(node: KubeObject): void {
    this.#wanted = this.possible && node.metadata.annotations?.[SELF_FENCING] === 'true';
  }

  stop(): void {
    this.#timer?.cancel();
  }

  sending(): Readonly<Record<string, string | null>> {
    // Its answer may be lost: from now on it may count.
    if (this.#wanted && !this.#promised) {
      this.#promised = true;
      this.#arm();
    }
    return { [SELF_FENCING]: this.#wanted ? String((this.#leaseMs * PROMISE_LEASES) / 1000) : null };
  }

  renewed(sentAt: number, lease: KubeObject): void {
    this.#sentAt = Math.max(this.#sentAt, sentAt);
    this.#promised = promiseOf(lease) !== null;
    if (this.#yielded) this.acknowledged = revisionOf(lease);
    this.#yielded = false;
    this.#arm();
    if (!this.#open && (!this.#promised || this.#left(this.#leaseMs) > 0)) {
      this.#open = true;
      this.#o.resume();
    }
  }

  async yield(): Promise<void> {
    this.#close();
    await this.#stopped;
    this.#o.giveUp();
    this.#yielded = true;
  }

  #left(ms: number): number {
    return this.#sentAt + ms - this.#o.clock.monotonic();
  }

  #arm(): void {
    // Nothing is known yet: what an earlier agent asked of the runtime stands.
    if (this.#sentAt === Number.NEGATIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#o.runtime.watchdog?.(this.#promised ? this.#left(this.#leaseMs + this.#stopMs) : null);
    if (this.#promised)
      this.#timer = this.#o.clock.setTimer(Math.max(0, this.#left(this.#leaseMs)), () => this.#close());
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stopped = this.#o.stop(Math.max(0, Math.min(this.#stopMs, this.#left(this.#leaseMs + this.#stopMs))));
  }
}
