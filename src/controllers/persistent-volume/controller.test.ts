import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import { createPersistentVolumeController } from './controller.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const COUNT = 20;

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
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
  return { clock, client };
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
