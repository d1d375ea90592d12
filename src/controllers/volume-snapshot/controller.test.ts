import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { VOLUME_SNAPSHOT_CONTENTS, VOLUME_SNAPSHOTS } from '../framework/snapshots.ts';
import type { VolumeBackend } from '../framework/volume-backend.ts';
import { VolumeSnapshots } from './controller.ts';
import { CLAIM_FINALIZER } from './decide.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const snapshots = { ...VOLUME_SNAPSHOTS, namespace: 'n' };

/** A claim held by a controller that is gone, with a snapshot of it that is being cut, unless there is none. */
async function world(cut: boolean) {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const make = (target: typeof claims, kind: string, object: object) =>
    client.create<KubeObject>(target, { apiVersion: 'v1', kind, ...object });
  await make(claims, 'PersistentVolumeClaim', { metadata: { name: 'data', finalizers: [CLAIM_FINALIZER] }, spec: {} });
  if (cut) {
    const { metadata } = await make(snapshots, 'VolumeSnapshot', {
      metadata: { name: 's' },
      spec: { source: { persistentVolumeClaimName: 'data' }, volumeSnapshotClassName: 'slow' },
    });
    await client.create<KubeObject>(VOLUME_SNAPSHOT_CONTENTS, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotContent',
      metadata: { name: `snapcontent-${metadata.uid}` },
      spec: { driver: 'slow.example.com', volumeSnapshotRef: { namespace: 'n', name: 's', uid: metadata.uid } },
    });
  }
  const { reconciler } = new VolumeSnapshots({
    client,
    clock,
    informers: new InformerFactory(client, clock),
    random: systemRandom,
    events: new EventBroadcaster(client, clock),
    gates: {},
    backend: {} as VolumeBackend,
  });
  const started = reconciler.start();
  await clock.settle();
  await started;
  await clock.settle();
  const held = async () => (await client.get<KubeObject>(claims, 'data')).metadata.finalizers ?? [];
  return { clock, client, held };
}

it('frees a claim that is held for a snapshot that is gone', async () => {
  const { held } = await world(false);
  expect(await held()).toEqual([]);
});

it('holds a claim while a snapshot of it is being cut, and until then only', async () => {
  const { clock, client, held } = await world(true);
  expect(await held()).toEqual([CLAIM_FINALIZER]);
  await client.patch(snapshots, 's', 'merge', { status: { readyToUse: true, error: null } }, 'status');
  await clock.settle();
  expect(await held()).toEqual([]);
});
