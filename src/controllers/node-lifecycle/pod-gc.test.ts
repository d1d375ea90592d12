import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { NODES, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import { createPodGarbageCollector } from './pod-gc.ts';

it('keeps so many finished pods; evicted ones go first, then the oldest; what runs is no part of it', async () => {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} });
  const pods = { ...PODS, namespace: 'ns' };
  const create = async (name: string, status: object) => {
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: 'n', containers: [] },
      status,
    });
    await clock.advance(60_000);
  };
  await create('running', { phase: 'Running' });
  await create('older', { phase: 'Failed' });
  await create('old', { phase: 'Succeeded' });
  await create('new', { phase: 'Succeeded' });
  await create('evicted', { phase: 'Failed', reason: 'Evicted' });
  const collector = createPodGarbageCollector({ client, clock, informers, events, random: systemRandom, gates: {} }, 2);
  await collector.start();
  await clock.advance(19_000);
  expect((await client.list(pods)).items).toHaveLength(5);
  await clock.advance(2_000);
  const left = (await client.list(pods)).items.map(({ metadata }) => metadata.name);
  expect(left.sort()).toEqual(['new', 'old', 'running']);
  collector.stop();
});
