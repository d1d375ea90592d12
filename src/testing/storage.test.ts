import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import {
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../client/resources.ts';
import { ensureSnapshotKinds } from '../cluster/snapshot-kinds.ts';
import { VOLUME_SNAPSHOT_CONTENTS, VOLUME_SNAPSHOTS } from '../controllers/framework/snapshots.ts';
import type { KubeObject } from '../schema/object.ts';
import { startCluster } from './cluster.ts';
import type { TestCluster } from './test-cluster.ts';

const pods = { ...PODS, namespace: 'default' };
const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'default' };

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startCluster({ nodes: 2, zones: ['a', 'b'], clock: 'real' });
});
afterEach(() => cluster.stop());

const storageClass = (name: string, extra: object = {}) =>
  cluster.client.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'perdure.dev/local',
    allowVolumeExpansion: true,
    ...extra,
  });
const claim = (name: string, storageClassName: string, extra: object = {}) =>
  cluster.client.create(claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: '1Gi' } },
      ...extra,
    },
  });
const pod = (name: string, volume: object) =>
  cluster.client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [{ name: 'main', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', ...volume }],
    },
  });
const using = (claimName: string) => ({ persistentVolumeClaim: { claimName } });
const running = (name: string) => cluster.waitFor(pods, name, ({ status }) => status?.phase === 'Running');

it('provisions, attaches, grows, detaches and deletes a volume of a zone', async () => {
  const { client } = cluster;
  await storageClass('zonal', { parameters: { scope: 'zone' } });
  await claim('c', 'zonal');
  const { spec } = await cluster.waitFor(claims, 'c', ({ status }) => status?.phase === 'Bound');
  await pod('p', using('c'));
  const { spec: placed } = await running('p');
  const [attachment] = (await client.list<KubeObject>(VOLUME_ATTACHMENTS)).items;
  expect(attachment).toMatchObject({
    spec: { nodeName: placed.nodeName, source: { persistentVolumeName: spec.volumeName } },
    status: { attached: true },
  });
  const device = `kubernetes.io/csi/csi.perdure.dev^${spec.volumeName}`;
  const { status } = await client.get<KubeObject>(NODES, placed.nodeName);
  expect(status.volumesInUse).toEqual([device]);
  expect(status.volumesAttached).toEqual([{ name: device, devicePath: '' }]);

  await client.patch(claims, 'c', 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
  const grown = await cluster.waitFor(claims, 'c', (object) => object.status?.capacity?.storage === '2Gi');
  expect(grown.status.allocatedResources).toEqual({ storage: '2Gi' });
  expect(grown.status.allocatedResourceStatuses).toBeUndefined();
  expect(grown.status.conditions).toBeUndefined();

  const gone = new Promise<void>((resolve, reject) => {
    const stop = client.watch(
      PERSISTENT_VOLUMES,
      { resourceVersion: grown.metadata.resourceVersion! },
      {
        onEvents(events) {
          if (!events.some(({ type }) => type === 'DELETED')) return;
          stop();
          resolve();
        },
        onEnd: (error) => error !== null && reject(error),
      },
    );
  });
  await client.delete(pods, 'p');
  await client.delete(claims, 'c');
  await gone;
  expect((await client.list(VOLUME_ATTACHMENTS)).items).toEqual([]);
});

it('binds at the first consumer, and gives pods volumes that go with them', async () => {
  await storageClass('wide', { volumeBindingMode: 'WaitForFirstConsumer', parameters: { scope: 'cluster' } });
  const template = {
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'wide', resources: { requests: { storage: '1Gi' } } },
  };
  await pod('p', { ephemeral: { volumeClaimTemplate: template } });
  await running('p');
  const bound = await cluster.client.get<KubeObject>(claims, 'p-data');
  expect(bound.status.phase).toBe('Bound');
  const volume = await cluster.client.get<KubeObject>(PERSISTENT_VOLUMES, bound.spec.volumeName);
  expect(volume.spec.nodeAffinity).toBeUndefined();
});

it('lets one pod at a time have a ReadWriteOncePod claim', async () => {
  await storageClass('one');
  await claim('c', 'one', { accessModes: ['ReadWriteOncePod'] });
  await pod('p', using('c'));
  await running('p');
  await pod('q', using('c'));
  const waiting = await cluster.waitFor(pods, 'q', ({ status }) =>
    status?.conditions?.some((condition: { reason?: string }) => condition.reason === 'Unschedulable'),
  );
  expect(waiting.status.conditions[0].message).toContain('ReadWriteOncePod access mode already in-use by another pod');
  await cluster.client.delete(pods, 'p');
  await running('q');
});

it('takes a snapshot, fills a claim from it, and lets it go', async () => {
  const { client } = cluster;
  await ensureSnapshotKinds(client, systemClock);
  const snapshots = { ...VOLUME_SNAPSHOTS, namespace: 'default' };
  await storageClass('plain', { volumeBindingMode: 'Immediate' });
  await claim('source', 'plain');
  await cluster.waitFor(claims, 'source', ({ status }) => status?.phase === 'Bound');
  await client.create(snapshots, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name: 's' },
    spec: { source: { persistentVolumeClaimName: 'source' } },
  });
  const ready = await cluster.waitFor(snapshots, 's', ({ status }) => status?.readyToUse === true);
  expect(ready.spec.volumeSnapshotClassName).toBe('standard');
  expect(ready.status.restoreSize).toBe('1Gi');
  const contentName: string = ready.status.boundVolumeSnapshotContentName;
  expect(contentName).toBe(`snapcontent-${ready.metadata.uid}`);

  const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
  await claim('restored', 'plain', { dataSource });
  await cluster.waitFor(claims, 'restored', ({ status }) => status?.phase === 'Bound');
  await claim('too-small', 'plain', { dataSource, resources: { requests: { storage: '1Mi' } } });
  await client.delete(snapshots, 's');
  // It is still needed by the claim that cannot be filled.
  expect((await client.get<KubeObject>(snapshots, 's')).metadata.deletionTimestamp).toBeDefined();
  await client.delete(claims, 'too-small');
  const gone = new Promise<void>((resolve) => {
    const from = { resourceVersion: ready.metadata.resourceVersion! };
    const stop = client.watch(snapshots, from, {
      onEvents(seen) {
        if (!seen.some(({ type }) => type === 'DELETED')) return;
        stop();
        resolve();
      },
      onEnd: () => {},
    });
  });
  await gone;
  expect((await client.list(VOLUME_SNAPSHOT_CONTENTS)).items).toEqual([]);
  expect((await client.get<KubeObject>(claims, 'source')).metadata.finalizers).toEqual([
    'kubernetes.io/pvc-protection',
  ]);
});
