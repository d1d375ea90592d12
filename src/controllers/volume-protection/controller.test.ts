import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import type { Target, WatchEvent, WatchHandlers } from '../../client/client.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { createClaimProtectionController } from './controller.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const pods = { ...PODS, namespace: 'n' };

/** A server whose events of pods never arrive once they are held back. */
class SlowPods extends MemoryClient {
  silent = false;

  override watch<T extends KubeObject>(
    target: Target,
    options: { resourceVersion: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    if (target.resource !== PODS.resource) return super.watch(target, options, handlers);
    const onEvents = (events: readonly WatchEvent<T>[]) => (this.silent ? undefined : handlers.onEvents(events));
    return super.watch(target, options, { ...handlers, onEvents });
  }
}

async function world() {
  const clock = new ManualClock();
  const client = new SlowPods(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const options = { client, informers, clock, random: systemRandom, events, gates: {} };
  const started = createClaimProtectionController(options).start();
  await clock.settle();
  await started;
  const finalizers = async () => (await client.list(claims)).items.flatMap((claim) => claim.metadata.finalizers ?? []);
  return { clock, client, finalizers };
}

const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} };
const user = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { nodeName: 'n1', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
};

async function terminate(client: MemoryClient): Promise<void> {
  const [live] = (await client.list(claims)).items;
  await client.update(claims, {
    ...live!,
    metadata: { ...live!.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
}

it('protects a claim, and lets it go when no pod has it', async () => {
  const { clock, client, finalizers } = await world();
  await client.create(claims, claim);
  await clock.settle();
  expect(await finalizers()).toEqual(['kubernetes.io/pvc-protection']);
  await terminate(client);
  await clock.settle();
  expect(await finalizers()).toEqual([]);
});

it('keeps a claim for a pod that its cache has not seen yet', async () => {
  const { clock, client, finalizers } = await world();
  await client.create(claims, claim);
  await clock.settle();
  client.silent = true;
  await client.create(pods, user);
  await terminate(client);
  await clock.settle();
  expect(await finalizers()).toEqual(['kubernetes.io/pvc-protection']);
});
