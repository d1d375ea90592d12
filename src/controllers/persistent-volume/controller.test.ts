import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import type { Target, WatchEvent, WatchHandlers } from '../../client/client.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import { createPersistentVolumeController } from './controller.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const COUNT = 20;

/** A server whose events of claims can be held back. */
class SlowClaims extends MemoryClient {
  held: (() => void)[] | null = null;

  override watch<T extends KubeObject>(
    target: Target,
    options: { resourceVersion: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    if (target.resource !== claims.resource) return super.watch(target, options, handlers);
    const onEvents = (events: readonly WatchEvent<T>[]) =>
      this.held === null ? handlers.onEvents(events) : void this.held.push(() => handlers.onEvents(events));
    return super.watch(target, options, { ...handlers, onEvents });
  }
}

async function world() {
  const clock = new ManualClock();
  const client = new SlowClaims(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const controller = createPersistentVolumeController({
    client,
    informers,
    clock,
    random: systemRandom,
    events,
    gates: {},
  });
  const started = controller.start();
  await clock.settle();
  await started;
  const holdClaims = () => {
    client.held = [];
    return () => {
      const held = client.held ?? [];
      client.held = null;
      for (const deliver of held) deliver();
    };
  };
  return { clock, client, holdClaims };
}

const volume = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'm' },
});
const claim = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'm' },
});

it('binds many claims at once, each to a volume of its own, and then rests', async () => {
  const { clock, client } = await world();
  for (let i = 0; i < COUNT; i++) await client.create(claims, claim(`c${i}`));
  for (let i = 0; i < COUNT; i++) await client.create(PERSISTENT_VOLUMES, volume(`v${i}`));
  await clock.settle();
  await clock.advance(60_000);

  const bound = (await client.list<PersistentVolumeClaim>(claims)).items;
  expect(bound.map(({ status }) => status?.phase)).toEqual(Array(COUNT).fill('Bound'));
  expect(new Set(bound.map(({ spec }) => spec.volumeName)).size).toBe(COUNT);
  for (const { metadata, spec } of bound) {
    const given = await client.get<PersistentVolume>(PERSISTENT_VOLUMES, spec.volumeName!);
    expect(given.spec.claimRef?.uid).toBe(metadata.uid);
    expect(given.status?.phase).toBe('Bound');
  }
});

it('looks whether the claim is really gone before it releases a volume', async () => {
  const { clock, client, holdClaims } = await world();
  await client.create(claims, claim('c'));
  const release = holdClaims();
  await client.delete(claims, 'c');
  const { metadata } = await client.create<PersistentVolumeClaim>(claims, claim('c'));
  // Someone who has seen the new claim hands it a volume before we have heard of it.
  const claimRef = { namespace: 'n', name: 'c', uid: metadata.uid };
  await client.create(PERSISTENT_VOLUMES, { ...volume('w'), spec: { ...volume('w').spec, claimRef } });
  await clock.settle();
  expect((await client.get<PersistentVolume>(PERSISTENT_VOLUMES, 'w')).status?.phase).toBeUndefined();
  release();
  await clock.advance(60_000);
  expect((await client.get<PersistentVolume>(PERSISTENT_VOLUMES, 'w')).status?.phase).toBe('Bound');
});
