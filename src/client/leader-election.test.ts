import { expect, it } from 'vitest';
import { StatusError } from '../schema/status.ts';
import { VirtualClock } from '../simulator/time/virtual-clock.ts';
import type { Client } from './client.ts';
import { LeaderElection } from './leader-election.ts';

/** A server with one lease on it, which may be out of reach. */
class OneLease {
  readonly calls: string[] = [];
  hangs = false;
  // biome-ignore lint/suspicious/noExplicitAny: as stored
  lease: any = null;
  readonly client = {
    get: () => this.#answer('get', () => this.#found()),
    create: (_: unknown, lease: object) => this.#answer('create', () => this.#write(lease)),
    update: (_: unknown, lease: { metadata: { resourceVersion: string } }) =>
      this.#answer('update', () => {
        if (lease.metadata.resourceVersion !== this.lease.metadata.resourceVersion) throw refused(409, 'Conflict');
        return this.#write(lease);
      }),
  } as unknown as Client;

  async #answer<T>(what: string, act: () => T): Promise<T> {
    this.calls.push(what);
    return this.hangs ? new Promise(() => {}) : act();
  }

  #found(): object {
    if (this.lease === null) throw refused(404, 'NotFound');
    return this.lease;
  }

  #write(lease: object): object {
    const resourceVersion = String(Number(this.lease?.metadata.resourceVersion ?? 0) + 1);
    this.lease = { ...lease, metadata: { name: 'l', resourceVersion } };
    return this.lease;
  }
}

const refused = (code: number, reason: string): Error => new StatusError(code, reason, reason, {});

function candidate(server: OneLease, clock: VirtualClock, identity: string): { readonly said: string[] } {
  const said: string[] = [];
  const onStarted = () => void said.push(`started ${clock.monotonic()}`);
  const onStopped = () => void said.push(`stopped ${clock.monotonic()}`);
  const { client } = server;
  new LeaderElection({ client, clock, namespace: 'n', name: 'l', identity, onStarted, onStopped }).start();
  return { said };
}

it('renews what it holds without reading it', async () => {
  const [server, clock] = [new OneLease(), new VirtualClock()];
  candidate(server, clock, 'a');
  await clock.run(clock.now() + 7_000);
  expect(server.calls).toEqual(['get', 'create', 'update', 'update', 'update']);
});

it('reads it again when somebody else has written it, and leads no more once it is theirs', async () => {
  const [server, clock] = [new OneLease(), new VirtualClock()];
  const { said } = candidate(server, clock, 'a');
  await clock.run(clock.now() + 1_000);
  server.lease = { spec: { ...server.lease.spec, holderIdentity: 'b' }, metadata: { name: 'l', resourceVersion: '9' } };
  await clock.run(clock.now() + 2_000);
  expect(server.calls).toEqual(['get', 'create', 'update', 'get']);
  await clock.run(clock.now() + 10_000);
  expect(said).toEqual(['started 0', 'stopped 10000']);
});

it('stops at the deadline though its request is still on its way', async () => {
  const [server, clock] = [new OneLease(), new VirtualClock()];
  const { said } = candidate(server, clock, 'a');
  await clock.run(clock.now() + 3_000);
  server.hangs = true;
  await clock.run(clock.now() + 60_000);
  expect(said).toEqual(['started 0', 'stopped 12000']);
});

it('takes over from one that was not heard of for as long as its lease says', async () => {
  const [server, clock] = [new OneLease(), new VirtualClock()];
  server.lease = {
    spec: { holderIdentity: 'gone', leaseDurationSeconds: 15 },
    metadata: { name: 'l', resourceVersion: '1' },
  };
  const { said } = candidate(server, clock, 'a');
  await clock.run(clock.now() + 30_000);
  expect(said).toEqual(['started 16000']);
  expect(server.lease.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 1 });
});
