import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import type { Node, PersistentVolumeClaim } from '../framework/objects.ts';
import { VolumeFault } from '../framework/volume-backend.ts';
import type { PersistentVolume, StorageClass } from '../framework/volumes.ts';
import { createProvisioner } from './controller.ts';
import { decideProvision } from './decide.ts';
import { placeVolume } from './topology.ts';

const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const node = (name: string, zone?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [HOST]: name, ...(zone === undefined ? {} : { [ZONE]: zone }) } },
  spec: {},
});
const storageClass = (extra: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'x' },
  provisioner: 'perdure.dev/local',
  ...extra,
});

describe('where a volume is', () => {
  const nodes = [node('n1', 'a'), node('n2', 'b'), node('n3', 'b')];
  const place = (extra: Partial<StorageClass>, selected: Node | null, claimName = 'c', from = nodes) => {
    const placement = placeVolume({
      storageClass: storageClass(extra),
      defaultScope: 'node',
      claimName,
      selected,
      nodes: from,
    });
    if (placement.kind === 'refused') return placement.why;
    return placement.terms.map(({ matchExpressions }) =>
      matchExpressions.map(({ key, values }) => `${key}=${values.join('|')}`).join('&'),
    );
  };
  const scope = (name: string) => ({ parameters: { scope: name } });
  const only = (zone: string) => ({
    allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: [zone] }] }],
  });

  it('follows the chosen node, as far as its scope goes', () => {
    expect(place({}, nodes[1]!)).toEqual([`${HOST}=n2`]);
    expect(place(scope('zone'), nodes[1]!)).toEqual([`${ZONE}=b`]);
    expect(place(scope('cluster'), nodes[1]!)).toEqual([]);
  });

  it('is spread by ordinal where no node was chosen', () => {
    const of = (name: string) => [0, 1, 2].map((ordinal) => place(scope(name), null, `data-db-${ordinal}`).toString());
    expect(new Set(of('node')).size).toBe(3);
    expect(new Set(of('zone')).size).toBe(2);
  });

  it('stays within the allowed topologies', () => {
    for (const name of ['a-0', 'a-1', 'a-2'])
      expect(place({ ...scope('node'), ...only('a') }, null, name)).toEqual([`${HOST}=n1`]);
    expect(place({ ...scope('cluster'), ...only('a') }, nodes[0]!)).toEqual([`${ZONE}=a`]);
    expect(place(only('a'), nodes[1]!)).toContain('outside the allowed topologies');
    expect(place(only('z'), null)).toContain('no node');
  });

  it('is everywhere where nodes have no such label', () => {
    expect(place(scope('zone'), node('bare'), 'c', [])).toEqual([]);
    expect(place(scope('rack'), null)).toContain('must be node, zone or cluster');
  });
});

describe('a claim that starts with a snapshot', () => {
  const from = (ready: boolean, extra: { size?: string; mode?: string; uid?: string } = {}) => ({
    snapshot: {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: 's', uid: 'u' },
      spec: { source: {} },
      status: { readyToUse: ready, restoreSize: extra.size ?? '1Gi' },
    },
    content: {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotContent',
      metadata: { name: 'k' },
      spec: {
        deletionPolicy: 'Delete',
        driver: 'csi.perdure.dev',
        source: {},
        sourceVolumeMode: extra.mode ?? 'Filesystem',
        volumeSnapshotRef: { uid: extra.uid ?? 'u' },
      },
      status: { snapshotHandle: 'h' },
    },
  });
  const decide = (snapshot?: ReturnType<typeof from> | { snapshot: null; content: null }) => {
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'c',
        namespace: 'n',
        annotations: { 'volume.kubernetes.io/storage-provisioner': 'perdure.dev/local' },
      },
      spec: {
        storageClassName: 'x',
        resources: { requests: { storage: '1Gi' } },
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' },
      },
    };
    const decision = decideProvision(claim, {
      aliases: new Set(),
      storageClass: () => storageClass({ parameters: { scope: 'cluster' } }),
      volume: () => undefined,
      claim: () => undefined,
      node: () => undefined,
      nodes: () => [],
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    if (decision.kind === 'provision') return `from ${decision.copyOf}`;
    return decision.kind === 'refuse' ? decision.why : decision.kind;
  };

  it('reads it first, and takes it only as it is', () => {
    expect(decide()).toBe('read-snapshot');
    expect(decide(from(true))).toBe('from h');
    expect(decide({ snapshot: null, content: null })).toMatch(/not found$/);
    expect(decide(from(false))).toBe('snapshot s is not Ready');
    expect(decide(from(true, { uid: 'other' }))).toBe('snapshot s is not Ready');
    expect(decide(from(true, { size: '2Gi' }))).toBe(
      'requested volume size 1Gi is less than the size 2Gi for the source snapshot s',
    );
    expect(decide(from(true, { mode: 'Block' }))).toMatch(/another mode$/);
  });
});

async function world(aliases: readonly string[] = []) {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const storage = new Set<string>();
  const backend = {
    fail: null as Error | null,
    create: async ({ name }: { name: string }) => {
      if (backend.fail !== null) throw backend.fail;
      storage.add(name);
      return { path: `/volumes/${name}` };
    },
    delete: async (name: string) => {
      if (backend.fail !== null) throw backend.fail;
      storage.delete(name);
    },
    attach: async () => {},
    detach: async () => {},
    expand: async () => false,
    growFileSystem: async () => {},
  };
  const common = { client, informers, clock, random: systemRandom, events, gates: {} };
  const controller = createProvisioner({ ...common, backend, aliases });
  const started = controller.start();
  await clock.settle();
  await started;
  for (const each of [node('n1', 'a'), node('n2', 'b')]) await client.create(NODES, each);
  const add = async (of: StorageClass, annotations: Record<string, string> = {}, spec: object = {}) => {
    await client.create(STORAGE_CLASSES, of);
    const created = await client.create<PersistentVolumeClaim>(CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'c',
        annotations: { 'volume.kubernetes.io/storage-provisioner': of.provisioner, ...annotations },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'x',
        resources: { requests: { storage: '1Gi' } },
        ...spec,
      },
    });
    await clock.settle();
    return `pvc-${created.metadata.uid}`;
  };
  const volume = async (name: string) =>
    client.get<PersistentVolume>(PERSISTENT_VOLUMES, name).catch((error: unknown) => {
      if (!isStatus(error, 'NotFound')) throw error;
      return null;
    });
  const reasons = async () => (await client.list<KubeObject>(EVENTS)).items.map((event) => event.reason);
  return { clock, client, backend, storage, add, volume, reasons };
}

const SELECTED = 'volume.kubernetes.io/selected-node';
const delayed = storageClass({ volumeBindingMode: 'WaitForFirstConsumer' });

describe('making a volume', () => {
  it('is a directory of a node, or attached from its zone', async () => {
    const own = await world();
    const local = await own.volume(await own.add(delayed, { [SELECTED]: 'n2' }));
    expect(local?.spec).toMatchObject({ hostPath: {}, claimRef: { name: 'c' } });
    const zonal = await world();
    const wide = { ...delayed, parameters: { scope: 'zone' } };
    expect((await zonal.volume(await zonal.add(wide, { [SELECTED]: 'n2' })))?.spec).toMatchObject({
      csi: { driver: 'csi.perdure.dev' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, values: ['b'] }] }] } },
    });
  });

  it('waits for a node, and asks for another one when that is gone or full', async () => {
    const { add, volume, client, clock, backend } = await world();
    const name = await add(delayed);
    expect(await volume(name)).toBeNull();
    const choose = async (nodeName: string) => {
      await client.patch(CLAIMS, 'c', 'merge', { metadata: { annotations: { [SELECTED]: nodeName } } });
      await clock.settle();
      return (await client.get<KubeObject>(CLAIMS, 'c')).metadata.annotations?.[SELECTED];
    };
    expect(await choose('gone')).toBeUndefined();
    backend.fail = new VolumeFault('exhausted', 'no space');
    expect(await choose('n1')).toBeUndefined();
    backend.fail = null;
    expect(await choose('n2')).toBe('n2');
    expect(await volume(name)).not.toBeNull();
  });

  it('stands in for other provisioners only where it was told to', async () => {
    const cloud = { ...delayed, provisioner: 'kubernetes.io/aws-ebs', parameters: { type: 'gp3' } };
    const strict = await world();
    expect(await strict.volume(await strict.add(cloud, { [SELECTED]: 'n1' }))).toBeNull();
    const lenient = await world(['kubernetes.io/aws-ebs']);
    const made = await lenient.volume(await lenient.add(cloud, { [SELECTED]: 'n1' }));
    expect(made?.spec.csi?.driver).toBe('csi.perdure.dev');
    expect(await lenient.reasons()).toEqual(['ProvisionerAliased', 'Provisioning', 'ProvisioningSucceeded']);
  });

  it('does not start empty where a source was asked for', async () => {
    const { add, volume, reasons } = await world();
    const name = await add(storageClass(), {}, { dataSource: { kind: 'PersistentVolumeClaim', name: 'absent' } });
    expect(await volume(name)).toBeNull();
    expect(await reasons()).toEqual(['ProvisioningFailed']);
  });
});

describe('deleting a volume', () => {
  const released = async (policy: string) => {
    const made = await world();
    const name = await made.add(storageClass({ reclaimPolicy: policy }));
    const release = async () => {
      const current = await made.volume(name);
      await made.client.update(PERSISTENT_VOLUMES, { ...current!, status: { phase: 'Released' } }, 'status');
      await made.clock.settle();
    };
    return { ...made, name, release };
  };

  it('takes the data with it under Delete, and leaves both under Retain', async () => {
    const gone = await released('Delete');
    await gone.release();
    expect(await gone.volume(gone.name)).toBeNull();
    expect(gone.storage.size).toBe(0);
    const kept = await released('Retain');
    await kept.release();
    expect((await kept.volume(kept.name))?.metadata.finalizers ?? []).toEqual([]);
    expect(kept.storage.size).toBe(1);
  });

  it('goes by the policy as it is now', async () => {
    const { client, clock, name, volume, release, storage } = await released('Delete');
    await client.patch(PERSISTENT_VOLUMES, name, 'merge', { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    await clock.settle();
    expect((await volume(name))?.metadata.finalizers).toEqual([]);
    await release();
    expect(storage.size).toBe(1);
  });

  it('waits until no node has it any more', async () => {
    const { client, clock, name, release, storage, volume, reasons } = await released('Delete');
    await client.create(VOLUME_ATTACHMENTS, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'a' },
      spec: { attacher: 'csi.perdure.dev', nodeName: 'n1', source: { persistentVolumeName: name } },
    });
    await release();
    expect(storage.size).toBe(1);
    expect(await reasons()).toContain('VolumeFailedDelete');
    await client.delete(VOLUME_ATTACHMENTS, 'a');
    await clock.settle();
    expect(storage.size).toBe(0);
    expect(await volume(name)).toBeNull();
  });
});
