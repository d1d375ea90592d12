import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EVENTS, PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { createEphemeralVolumeController } from './controller.ts';

const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const inNamespace = { ...PODS, namespace: 'n' };

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const controller = createEphemeralVolumeController({
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
  const pod = (extra: object = {}) =>
    client.create<KubeObject>(inNamespace, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [],
        volumes: [
          { name: 'plain', emptyDir: {} },
          {
            name: 'scratch',
            ephemeral: {
              volumeClaimTemplate: {
                metadata: { labels: { kind: 'scratch' } },
                spec: { accessModes: ['ReadWriteOnce'] },
              },
            },
          },
        ],
      },
      ...extra,
    });
  const claims = async () => (await client.list<KubeObject>(CLAIMS)).items;
  return { clock, client, pod, claims };
}

it('makes a claim of the pod, and makes it again when it goes', async () => {
  const { clock, client, pod, claims } = await world();
  const { metadata } = await pod();
  await clock.settle();
  expect(await claims()).toMatchObject([
    {
      metadata: {
        name: 'p-scratch',
        labels: { kind: 'scratch' },
        ownerReferences: [{ kind: 'Pod', name: 'p', uid: metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: { accessModes: ['ReadWriteOnce'] },
    },
  ]);
  await client.delete(CLAIMS, 'p-scratch');
  await clock.settle();
  expect(await claims()).toHaveLength(1);
});

it("leaves a claim of that name alone that is not the pod's, and takes its chance when it goes", async () => {
  const { clock, client, pod, claims } = await world();
  await client.create(CLAIMS, { kind: 'PersistentVolumeClaim', metadata: { name: 'p-scratch' }, spec: {} });
  await pod();
  await clock.settle();
  const [event] = (await client.list<KubeObject>(EVENTS)).items;
  expect(event).toMatchObject({
    type: 'Warning',
    reason: 'FailedBinding',
    message: 'ephemeral volume scratch: PVC n/p-scratch was not created for pod n/p (pod is not owner)',
  });
  expect((await claims())[0]?.metadata.ownerReferences).toBeUndefined();
  await client.delete(CLAIMS, 'p-scratch');
  await clock.settle();
  expect((await claims())[0]?.metadata.ownerReferences).toHaveLength(1);
});

it('makes nothing for a pod that is over', async () => {
  const { clock, pod, claims } = await world();
  await pod({ status: { phase: 'Failed' } });
  await clock.settle();
  expect(await claims()).toEqual([]);
});
