import type { Clock, Timer } from '../base/clock.ts';
import { rfc3339Micro } from '../base/time.ts';
import type { Client, Target } from '../client/client.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';

const PERIOD_MS = 10_000;
const LEASE_SECONDS = 40;
const LEASES: Target = {
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  namespace: 'kube-node-lease',
};

interface Beat {
  readonly node: KubeObject;
  readonly tick: () => void;
  lease: KubeObject | null;
  busy: boolean;
}

/** Renews the leases of all nodes of this process by one timer, every ten seconds (node.md 9.1). */
export class Heartbeats {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #beats = new Map<string, Beat>();
  #timer: Timer | null = null;

  /** `periodMs` between renewals, default 10 s: well below the 40 s a lease lasts. */
  constructor(client: Client, clock: Clock, periodMs = PERIOD_MS) {
    this.#client = client;
    this.#clock = clock;
    this.#periodMs = periodMs;
  }

  /** Renews at once and from then on; `tick` is called with every beat. Returns the function that stops it. */
  add(node: KubeObject, tick: () => void): () => void {
    const name = node.metadata.name ?? '';
    const beat: Beat = { node, tick, lease: null, busy: false };
    this.#beats.set(name, beat);
    void this.#renew(name, beat);
    if (this.#timer === null) this.#arm();
    return () => {
      if (this.#beats.get(name) === beat) this.#beats.delete(name);
      if (this.#beats.size === 0) {
        this.#timer?.cancel();
        this.#timer = null;
      }
    };
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(this.#periodMs, () => {
      for (const [name, beat] of this.#beats) {
        void this.#renew(name, beat);
        beat.tick();
      }
      this.#arm();
    });
  }

  async #renew(name: string, beat: Beat): Promise<void> {
    if (beat.busy) return;
    beat.busy = true;
    try {
      const spec = {
        holderIdentity: name,
        leaseDurationSeconds: LEASE_SECONDS,
        renewTime: rfc3339Micro(this.#clock.now()),
      };
      beat.lease =
        beat.lease === null
          ? await this.#first(name, beat, spec)
          : await this.#client.update(LEASES, { ...beat.lease, spec });
    } catch {
      // A lost beat is made up for by the next; what the lease looks like by then is read again.
      beat.lease = null;
    } finally {
      beat.busy = false;
    }
  }

  async #first(name: string, beat: Beat, spec: object): Promise<KubeObject> {
    const uid = beat.node.metadata.uid ?? '';
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    try {
      return await this.#client.create(LEASES, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: LEASES.namespace, ownerReferences },
        spec,
      });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      const found = await this.#client.get(LEASES, name);
      return this.#client.update(LEASES, { ...found, metadata: { ...found.metadata, ownerReferences }, spec });
    }
  }
}
