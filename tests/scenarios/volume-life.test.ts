// What becomes of volumes and claims when one of the two goes (node.md 8.1 to 8.3).
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { CLAIMS, PERSISTENT_VOLUMES, PODS } from './support.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(() => cluster.stop());

const SIZE = { storage: '1Gi' };
const volume = (name: string, extra: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { capacity: SIZE, accessModes: ['ReadWriteOnce'], storageClassName: '', hostPath: { path: '/x' }, ...extra },
});
const claim = (name: string, extra: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: SIZE }, ...extra },
});
const pod = (name: string, claimName: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [{ name: 'main', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    ...spec,
  },
});
const claimIs = (name: string, phase: string) => cluster.waitFor(CLAIMS, name, ({ status }) => status?.phase === phase);
const volumeIs = (name: string, phase: string) =>
  cluster.waitFor(PERSISTENT_VOLUMES, name, ({ status }) => status?.phase === phase);
const volumes = async (): Promise<string[]> =>
  (await cluster.client.list(PERSISTENT_VOLUMES)).items.map(({ metadata }) => metadata.name ?? '');
const terminating = async (target: typeof CLAIMS | typeof PERSISTENT_VOLUMES, name: string): Promise<boolean> =>
  (await cluster.client.get(target, name)).metadata.deletionTimestamp !== undefined;

it('a released volume is nobody’s, not even a claim’s of the same name, until its claimRef is taken off', async () => {
  await cluster.apply([volume('v'), claim('c')]);
  await claimIs('c', 'Bound');
  await cluster.client.delete(CLAIMS, 'c');
  const { spec } = await volumeIs('v', 'Released');
  expect(spec.persistentVolumeReclaimPolicy).toBe('Retain');
  await cluster.apply(claim('c'));
  await cluster.advance(60_000);
  expect((await cluster.client.get(CLAIMS, 'c')).status.phase).toBe('Pending');
  await cluster.client.patch(PERSISTENT_VOLUMES, 'v', 'merge', { spec: { claimRef: null } });
  expect((await claimIs('c', 'Bound')).spec.volumeName).toBe('v');
});

it('a volume kept for a claim stays Available for it, and is no other’s', async () => {
  await cluster.apply([volume('v', { claimRef: { namespace: 'default', name: 'meant' } }), claim('other')]);
  await volumeIs('v', 'Available');
  await cluster.advance(60_000);
  expect((await cluster.client.get(CLAIMS, 'other')).status.phase).toBe('Pending');
  await cluster.apply(claim('meant'));
  expect((await claimIs('meant', 'Bound')).spec.volumeName).toBe('v');
  expect((await claimIs('other', 'Pending')).spec.volumeName).toBeUndefined();
});

it('a claim that loses its volume is Lost, and bound again when that comes back for it', async () => {
  await cluster.apply([volume('v'), claim('c')]);
  const { metadata } = await claimIs('c', 'Bound');
  // Somebody takes the finalizer off: nothing else makes a bound volume go.
  await cluster.client.delete(PERSISTENT_VOLUMES, 'v');
  await cluster.advance(60_000);
  expect(await terminating(PERSISTENT_VOLUMES, 'v')).toBe(true);
  await cluster.client.patch(PERSISTENT_VOLUMES, 'v', 'merge', { metadata: { finalizers: null } });
  const lost = await claimIs('c', 'Lost');
  expect([lost.status.capacity, lost.status.accessModes]).toEqual([undefined, undefined]);
  await cluster.apply(volume('v', { claimRef: { namespace: 'default', name: 'c', uid: metadata.uid } }));
  expect((await claimIs('c', 'Bound')).status.capacity).toEqual(SIZE);
});

it('a claim stays while a pod object with a node refers to it, and for no other', async () => {
  const late = { schedulingGates: [{ name: 'wait' }] };
  await cluster.apply([volume('v'), claim('c'), pod('p', 'c'), pod('unplaced', 'c', late)]);
  await cluster.waitFor(PODS, 'p', ({ status }) => status?.phase === 'Running');
  await cluster.client.delete(CLAIMS, 'c');
  await cluster.advance(60_000);
  expect(await terminating(CLAIMS, 'c')).toBe(true);
  await cluster.client.delete(PODS, 'p');
  await volumeIs('v', 'Released');
  await expect(cluster.client.get(CLAIMS, 'c')).rejects.toThrow('not found');
});

it('a volume that is deleted before its claim takes its data along only under Delete, and after the claim', async () => {
  const made = async (name: string, storageClassName: string): Promise<string> => {
    await cluster.apply([claim(name, { storageClassName }), pod(name, name)]);
    const { spec } = await claimIs(name, 'Bound');
    await cluster.client.delete(PERSISTENT_VOLUMES, spec.volumeName);
    await cluster.client.delete(PODS, name);
    await cluster.advance(60_000);
    expect(await terminating(PERSISTENT_VOLUMES, spec.volumeName)).toBe(true);
    await cluster.client.delete(CLAIMS, name);
    await cluster.advance(60_000);
    return spec.volumeName;
  };
  await made('goes', 'standard');
  await made('kept', 'standard-retain');
  expect(await volumes()).toEqual([]);
});

it('a policy that changes while the claim is there is the one that counts', async () => {
  await cluster.apply([claim('c', { storageClassName: 'standard' }), pod('p', 'c')]);
  const { spec } = await claimIs('c', 'Bound');
  const retain = { spec: { persistentVolumeReclaimPolicy: 'Retain' } };
  await cluster.client.patch(PERSISTENT_VOLUMES, spec.volumeName, 'merge', retain);
  await cluster.client.delete(PODS, 'p');
  await cluster.client.delete(CLAIMS, 'c');
  await volumeIs(spec.volumeName, 'Released');
  await cluster.advance(60_000);
  expect(await volumes()).toEqual([spec.volumeName]);
});

it('a size is taken back only as far as it has not been reached', async () => {
  await cluster.apply([claim('c', { storageClassName: 'standard' }), pod('p', 'c')]);
  await claimIs('c', 'Bound');
  const ask = (storage: string) =>
    cluster.client.patch(CLAIMS, 'c', 'merge', { spec: { resources: { requests: { storage } } } });
  await ask('3Gi');
  const grown = await cluster.waitFor(CLAIMS, 'c', ({ status }) => status.capacity.storage === '3Gi');
  expect(grown.status).toMatchObject({ allocatedResources: { storage: '3Gi' } });
  expect(grown.status).not.toHaveProperty('allocatedResourceStatuses');
  await expect(ask('2Gi')).rejects.toThrow('field can not be less than status.capacity');
});
