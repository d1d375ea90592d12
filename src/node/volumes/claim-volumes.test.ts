import { expect, it } from 'vitest';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { ClaimVolumes } from './claim-volumes.ts';
import type { FileSystemGrowth } from './file-system-growth.ts';
import { NodeAttachments } from './node-attachments.ts';
import type { VolumeManager } from './volume-manager.ts';

const DEVICE = 'kubernetes.io/csi/csi.perdure.dev^v';

const claim = (extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid: 'cu', ...extra },
  spec: { volumeName: 'v' },
  status: { phase: 'Bound' },
});
const volume: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: {
    claimRef: { uid: 'cu' },
    accessModes: ['ReadWriteOncePod'],
    csi: { driver: 'csi.perdure.dev', volumeHandle: 'v' },
  },
};
const pod = (uid: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, namespace: 'n', uid },
  spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] },
});

const NODE: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', labels: { host: 'a' } } };
const onlyAt = (host: string): KubeObject => ({
  ...volume,
  spec: {
    ...volume.spec,
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'host', operator: 'In', values: [host] }] }] },
    },
  },
});

function world(found = claim(), its = volume) {
  const prepared: string[] = [];
  const grown: string[] = [];
  const growth = { run: async (_pod: KubeObject, one: KubeObject) => void grown.push(one.metadata.name ?? '') };
  let failing = false;
  let freed = 0;
  const inner: VolumeManager = {
    prepare: ({ metadata }) => {
      if (failing) throw new Error('no such file');
      prepared.push(metadata.uid ?? '');
      return null;
    },
    mounts: async () => [],
    readFile: async () => null,
    teardown: async () => {},
    sourceChanged: () => {},
    stop: () => {},
  };
  const lookup = { claim: () => found, claimsRevision: () => 10, volume: () => its } as unknown as Lookup;
  const answers: ((object: KubeObject) => void)[] = [];
  const client = { get: () => new Promise((resolve) => answers.push(resolve)) } as unknown as Client;
  const attachments = new NodeAttachments(() => {});
  attachments.found({ apiVersion: 'v1', kind: 'Node', metadata: {}, status: { volumesAttached: [{ name: DEVICE }] } });
  const volumes = new ClaimVolumes({
    inner,
    client,
    lookup,
    attachments,
    growth: growth as unknown as FileSystemGrowth,
    node: () => NODE,
    managed: () => true,
    freed: () => {
      freed++;
    },
  });
  const report = () =>
    attachments.reported(attachments.reporting(), {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {},
      status: { volumesAttached: [{ name: DEVICE }] },
    });
  return {
    volumes,
    attachments,
    answers,
    prepared,
    grown,
    report,
    freed: () => freed,
    fail: () => {
      failing = true;
    },
  };
}

it('counts what a pod has that was found running, though its claim is being deleted', () => {
  const { volumes, attachments } = world(claim({ deletionTimestamp: 'x' }));
  volumes.adopt(pod('p'));
  expect(attachments.reporting()).toEqual([DEVICE]);
  expect(volumes.usersOf('v')).toEqual(['p']);
  expect(() => volumes.prepare(pod('q'))).toThrow('being deleted');
});

it('goes on growing what an agent before it had begun to grow', () => {
  const { volumes, grown } = world({
    ...claim(),
    status: { phase: 'Bound', allocatedResourceStatuses: { storage: 'NodeResizeInProgress' } },
  });
  volumes.adopt(pod('p'));
  expect(grown).toEqual(['c']);
});

it('gives back what it took for a pod whose volumes cannot be made', async () => {
  const { volumes, attachments, report, fail, freed } = world();
  fail();
  const waiting = volumes.prepare(pod('p'));
  report();
  await expect(waiting).rejects.toThrow('no such file');
  expect(attachments.reporting()).toEqual([]);
  expect(freed()).toBe(1);
});

it('makes nothing for a pod that went while it waited', async () => {
  const { volumes, prepared, report } = world();
  const waiting = volumes.prepare(pod('p'));
  await volumes.teardown(pod('p'));
  report();
  await waiting;
  expect(prepared).toEqual([]);
});

it('lets no further pod have a volume that is held, until all who hold it are done', async () => {
  const { volumes, prepared, report } = world();
  const releases = [volumes.hold('v'), volumes.hold('v')];
  const waiting = volumes.prepare(pod('p'));
  report();
  releases[0]?.();
  await new Promise(setImmediate);
  expect([prepared, volumes.usersOf('v')]).toEqual([[], ['p']]);
  releases[1]?.();
  await new Promise(setImmediate);
  report();
  await waiting;
  expect(prepared).toEqual(['p']);
});

it('mounts nothing that the volume says is out of reach from here', () => {
  const { volumes, prepared } = world(claim(), onlyAt('b'));
  expect(() => volumes.prepare(pod('p'))).toThrow('no matching NodeSelectorTerms');
  expect(prepared).toEqual([]);
  const here = world(claim(), onlyAt('a'));
  expect(() => here.volumes.prepare(pod('p'))).not.toThrow();
});

it('mounts the claim that the API has, where the cache may be behind it', async () => {
  const { volumes, prepared, report, answers } = world();
  const late: KubeObject = { ...pod('p'), metadata: { ...pod('p').metadata, resourceVersion: '11' } };
  const waiting = volumes.prepare(late);
  const again = { uid: 'again', resourceVersion: '11' };
  answers.shift()?.({ ...claim(again), spec: { volumeName: 'w' } });
  await new Promise(setImmediate);
  answers.shift()?.({ ...volume, metadata: { name: 'w' }, spec: { ...volume.spec, claimRef: { uid: 'again' } } });
  await new Promise(setImmediate);
  report();
  expect(volumes.usersOf('w')).toEqual(['p']);
  // What the cache says of the earlier claim is old.
  volumes.claimSeen('n', 'c');
  await waiting;
  expect(prepared).toEqual(['p']);
});

it('mounts nothing for a pod that was given up while the API was asked', async () => {
  const { volumes, prepared, answers } = world();
  const late: KubeObject = { ...pod('p'), metadata: { ...pod('p').metadata, resourceVersion: '11' } };
  const waiting = volumes.prepare(late);
  await volumes.teardown(late);
  answers.shift()?.(claim());
  await waiting;
  expect([prepared, volumes.usersOf('v')]).toEqual([[], []]);
});
