import type { Clock, Timer } from '../base/clock.ts';
import { rfc3339Micro } from '../base/time.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';
import type { Client } from './client.ts';
import { LEASES } from './resources.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  /** How long others wait after the last sign of life; 15 s. */
  readonly leaseMs?: number;
  /** How long a leader that cannot renew stays one; 10 s, less than leaseMs. */
  readonly renewDeadlineMs?: number;
  /** Between attempts; 2 s. */
  readonly retryMs?: number;
  onStarted(): void;
  onStopped(): void;
}

interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * At most one of several processes leads, by a Lease (coordination.k8s.io/v1). Another's lease is judged by when this
 * process saw it change, never by comparing clocks of two machines.
 */
export class LeaderElection {
  readonly #o: Required<LeaderElectionOptions>;
  #timer: Timer | null = null;
  #leading = false;
  #stopped = true;
  #seen = { record: '', at: 0 };
  /** Ends a lead that could not be renewed, whatever is still on its way then. */
  #deadline: Timer | null = null;
  /** The lease as it was when this process last wrote it: as long as nobody else did, it is renewed without being read. */
  #held: Lease | null = null;

  constructor(options: LeaderElectionOptions) {
    this.#o = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000, ...options };
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#stopped = false;
    void this.#round();
  }

  /** Gives the lease up, so that another need not wait for it to run out. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    if (!this.#leading) return;
    this.#lose();
    try {
      const lease = await this.#get();
      if (lease?.spec?.holderIdentity !== this.#o.identity) return;
      await this.#o.client.update(this.#target, {
        ...lease,
        spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 },
      });
    } catch {
      // The lease runs out by itself.
    }
  }

  get #target() {
    return { ...LEASES, namespace: this.#o.namespace };
  }

  async #round(): Promise<void> {
    const began = this.#o.clock.monotonic();
    const held = await this.#tryToHold().catch(() => false);
    if (this.#stopped) return;
    if (held) this.#lead(began);
    this.#timer = this.#o.clock.setTimer(this.#o.retryMs, () => void this.#round());
  }

  /** The lease is held, as of a moment of the monotonic clock. */
  #lead(sinceMs: number): void {
    const { clock, renewDeadlineMs, onStarted } = this.#o;
    const leftMs = sinceMs + renewDeadlineMs - clock.monotonic();
    if (leftMs <= 0) return;
    this.#deadline?.cancel();
    this.#deadline = clock.setTimer(leftMs, () => this.#lose());
    if (this.#leading) return;
    this.#leading = true;
    onStarted();
  }

  #lose(): void {
    this.#deadline?.cancel();
    this.#leading = false;
    this.#o.onStopped();
  }

  async #get(): Promise<Lease | null> {
    try {
      return await this.#o.client.get<Lease>(this.#target, this.#o.name);
    } catch (error) {
      if (isStatus(error, 'NotFound')) return null;
      throw error;
    }
  }

  async #tryToHold(): Promise<boolean> {
    const { client, clock, identity, leaseMs, name, namespace } = this.#o;
    const now = rfc3339Micro(clock.now());
    const held = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseMs / 1000), renewTime: now };
    const known = this.#held;
    this.#held = null;
    if (known !== null) {
      try {
        this.#held = await client.update<Lease>(this.#target, { ...known, spec: { ...known.spec, ...held } });
        return true;
      } catch {
        // Somebody else wrote it, or nobody knows whether this did: what it says now decides.
      }
    }
    const lease = await this.#get();
    if (lease === null) {
      const spec = { ...held, acquireTime: now, leaseTransitions: 0 };
      this.#held = await client.create<Lease>(this.#target, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec,
      });
      return true;
    }
    const spec = lease.spec ?? {};
    const mine = spec.holderIdentity === identity;
    if (!mine && (spec.holderIdentity ?? '') !== '' && !this.#ranOut(spec)) return false;
    const next = mine
      ? { ...spec, ...held }
      : { ...spec, ...held, acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 };
    this.#held = await client.update<Lease>(this.#target, { ...lease, spec: next });
    return true;
  }

  #ranOut(spec: NonNullable<Lease['spec']>): boolean {
    const now = this.#o.clock.monotonic();
    const record = JSON.stringify(spec);
    if (record !== this.#seen.record) {
      this.#seen = { record, at: now };
      return false;
    }
    return now - this.#seen.at >= (spec.leaseDurationSeconds ?? this.#o.leaseMs / 1000) * 1000;
  }
}
