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
  #renewedAt = 0;

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
    if (held) {
      this.#renewedAt = began;
      if (!this.#leading) {
        this.#leading = true;
        this.#o.onStarted();
      }
    } else if (this.#leading && this.#o.clock.monotonic() - this.#renewedAt >= this.#o.renewDeadlineMs) {
      this.#lose();
    }
    this.#timer = this.#o.clock.setTimer(this.#o.retryMs, () => void this.#round());
  }

  #lose(): void {
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
    const lease = await this.#get();
    if (lease === null) {
      const spec = { ...held, acquireTime: now, leaseTransitions: 0 };
      await client.create(this.#target, {
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
    await client.update(this.#target, { ...lease, spec: next });
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
