import { GIVEN_UP, isGivenUp } from '../api/shared/self-fencing.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { rfc3339Micro } from '../base/time.ts';
import type { Client, Target } from '../client/client.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';

const LEASE_MS = 40_000;
/** Renewals within the duration of a lease (kubelet: a quarter of it from one to the next). */
const RENEWALS = 4;
const LEASES: Target = {
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  namespace: 'kube-node-lease',
};
const LEASE_TYPE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };

/** What a node says in its lease beyond that it is there, and what it hears. */
export interface LeaseTerms {
  /** Annotations of the renewal that is about to be sent; null takes one out. */
  sending(): Readonly<Record<string, string | null>>;
  /** The renewal that was sent at `sentAt` (monotonic milliseconds) was accepted. */
  renewed(sentAt: number, lease: KubeObject): void;
  /** The node was given up: resolves when nothing runs on it any more that others may have started. */
  yield(): Promise<void>;
}

interface Beat {
  readonly client: Client;
  readonly node: KubeObject;
  readonly terms: LeaseTerms;
  readonly tick: () => void;
  lease: KubeObject | null;
  busy: boolean;
}

/** Renews the leases of all nodes of this process by one timer, four times within their duration (node.md 9.1). */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #periodMs: number;
  /** How long a lease lasts. */
  readonly leaseMs: number;
  readonly #beats = new Map<string, Beat>();
  #timer: Timer | null = null;

  /** `leaseMs`: how long a lease lasts, default 40 s; `periodMs` between renewals, default a quarter of it. */
  constructor(clock: Clock, leaseMs = LEASE_MS, periodMs = leaseMs / RENEWALS) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.leaseMs = leaseMs;
  }

  /** Renews at once and from then on; `tick` is called with every beat. Returns the function that stops it. */
  add(client: Client, node: KubeObject, terms: LeaseTerms, tick: () => void): () => void {
    const name = node.metadata.name ?? '';
    const beat: Beat = { client, node, terms, tick, lease: null, busy: false };
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
      beat.lease = await this.#write(name, beat, beat.lease);
    } catch (error) {
      // A lost beat is made up for by the next; what the lease looks like by then is read again.
      beat.lease = isStatus(error, 'Conflict') ? await this.#again(name, beat) : null;
    } finally {
      beat.busy = false;
    }
  }

  /** Somebody else wrote to the lease: perhaps to give the node up, which its agent should know soon. */
  #again(name: string, beat: Beat): Promise<KubeObject | null> {
    return beat.client
      .get<KubeObject>(LEASES, name)
      .then((lease) => this.#write(name, beat, lease))
      .catch(() => null);
  }

  /** Renews the lease, or makes it. It is never taken back from whoever gave the node up before the node has yielded. */
  async #write(name: string, beat: Beat, known: KubeObject | null): Promise<KubeObject> {
    const { client, terms, node } = beat;
    if (known !== null && isGivenUp(known)) await terms.yield();
    const sentAt = this.#clock.monotonic();
    const annotations = withChanges(known?.metadata.annotations ?? {}, { ...terms.sending(), [GIVEN_UP]: null });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' }];
    const { annotations: _, ...rest } = known?.metadata ?? { name, namespace: 'kube-node-lease' };
    const metadata = { ...rest, ownerReferences, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
    const renewTime = rfc3339Micro(this.#clock.now());
    const spec = { holderIdentity: name, leaseDurationSeconds: Math.ceil(this.leaseMs / 1000), renewTime };
    if (known === null) {
      const made = await createOrNull(client, { ...LEASE_TYPE, metadata, spec });
      // Another lease was there: it is renewed as any other.
      if (made === null) return this.#write(name, beat, await client.get<KubeObject>(LEASES, name));
      terms.renewed(sentAt, made);
      return made;
    }
    const lease = await client.update<KubeObject>(LEASES, { ...known, metadata, spec });
    terms.renewed(sentAt, lease);
    return lease;
  }
}

/** Null when there is one already. */
async function createOrNull(client: Client, lease: object): Promise<KubeObject | null> {
  try {
    return await client.create<KubeObject>(LEASES, lease);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
    return null;
  }
}

/** The annotations with these changes; null takes one out. */
function withChanges(
  annotations: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const all: [string, string | null][] = Object.entries({ ...annotations, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}
