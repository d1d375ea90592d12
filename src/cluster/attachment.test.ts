import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTACHMENTS,
} from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import { createAttacher } from '../controllers/attach-detach/attacher.ts';
import { createAttachDetachController } from '../controllers/attach-detach/controller.ts';
import { VolumeFault } from '../controllers/framework/volume-backend.ts';
import { createVolumeResizeController } from '../controllers/volume-resize/controller.ts';
import { type AgentManager, createAgentManager } from '../node/agent-manager.ts';
import type { Lookup } from '../node/lookup.ts';
import { createSimulatedRuntime } from '../node/runtimes/simulated.ts';
import { checkedVolumes } from '../node/volumes/checked-volumes.ts';
import type { KubeObject } from '../schema/object.ts';

const inNamespace = { ...PODS, namespace: 'n' };
const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const OUT_OF_SERVICE = { key: 'node.kubernetes.io/out-of-service', value: 'x', effect: 'NoExecute' };

/** What the storage itself knows, and how it is made to misbehave. */
class Storage {
  readonly attached = new Map<string, Set<string>>();
  readonly log: string[] = [];
  /** Held back until the gate is opened. */
  gate: Promise<void> = Promise.resolve();
  failAttach = 0;
  /** More than one node had a volume at a time. */
  shared = false;
  grown = 0;
  /** File systems grow only where no pod uses them. */
  offline = false;
  tries = 0;

  create = async () => ({ path: '/x' });
  delete = async () => {};
  expand = async () => true;
  growFileSystem = async (_: string, bytes: number) => {
    this.tries++;
    if (this.offline) throw new VolumeFault('in-use', 'not while a pod uses it');
    this.grown = bytes;
  };
  attach = async (volume: string, node: string) => {
    await this.gate;
    if (this.failAttach > 0) {
      this.failAttach--;
      throw new Error('no path to the disk');
    }
    this.log.push(`attach ${volume} ${node}`);
    const nodes = this.attached.get(volume) ?? new Set();
    this.attached.set(volume, nodes.add(node));
    if (nodes.size > 1) this.shared = true;
  };
  detach = async (volume: string, node: string) => {
    await this.gate;
    this.log.push(`detach ${volume} ${node}`);
    this.attached.get(volume)?.delete(node);
  };
}

/** A clock that somebody may set. */
class WallClock extends ManualClock {
  skewMs = 0;

  override now(): number {
    return super.now() + this.skewMs;
  }
}

let clock: WallClock;
let client: MemoryClient;
let storage: Storage;
let manager: AgentManager;

beforeEach(async () => {
  clock = new WallClock();
  client = new MemoryClient(clock);
  storage = new Storage();
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const common = { client, informers, clock, random: systemRandom, events, gates: {} };
  const controllers = [
    createAttachDetachController(common),
    createAttacher({ ...common, backend: storage }),
    createVolumeResizeController({ ...common, backend: storage }),
  ];
  manager = createAgentManager({ ...common, growFileSystem: storage.growFileSystem });
  const started = Promise.all([manager.start(), ...controllers.map((controller) => controller.start())]);
  await clock.settle();
  await started;
  for (const name of ['a', 'b']) await manager.addSimulated({ name });
  await clock.settle();
  client.log.length = 0;
});

const claimAndVolume = async (modes = ['ReadWriteOnce'], source: object = {}) => {
  const claim = await client.create<KubeObject>(CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec: { volumeName: 'v', accessModes: modes, resources: { requests: { storage: '1Gi' } } },
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  });
  await client.create(PERSISTENT_VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': 'perdure.dev/local' } },
    spec: {
      accessModes: modes,
      capacity: { storage: '1Gi' },
      claimRef: { namespace: 'n', name: 'c', uid: claim.metadata.uid },
      csi: { driver: 'csi.perdure.dev', volumeHandle: 'v' },
      ...source,
    },
  });
};
const run = async (name: string, nodeName: string) => {
  await client.create(inNamespace, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName,
      restartPolicy: 'Always',
      containers: [{ name: 'main', image: 'x' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }],
    },
    status: { phase: 'Pending' },
  });
  await clock.settle();
};
const phase = async (name: string) => (await client.get<KubeObject>(inNamespace, name)).status?.phase;
const end = async (name: string, gracePeriodSeconds?: number) => {
  await client.delete(inNamespace, name, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
  await clock.settle();
};
const nodeStatus = async (name: string) => {
  const { status } = await client.get<KubeObject>(NODES, name);
  return {
    attached: (status.volumesAttached ?? []).map((each: { name: string }) => each.name),
    inUse: status.volumesInUse ?? [],
  };
};
const told = async () =>
  (await client.list<KubeObject>(EVENTS)).items
    .filter((event) => event.reason.includes('Attach') || event.reason === 'FailedMount')
    .map((event) => `${event.reason} ${event.involvedObject.name}: ${event.message}`);
const DEVICE = 'kubernetes.io/csi/csi.perdure.dev^v';

describe('a volume of a zone', () => {
  it('is attached before the pod starts and detached after it has ended', async () => {
    await claimAndVolume();
    let open = () => {};
    storage.gate = new Promise((resolve) => {
      open = resolve;
    });
    await run('p', 'a');
    await clock.advance(30_000);
    expect(await phase('p')).toBe('Pending');
    expect(await nodeStatus('a')).toEqual({ attached: [], inUse: [DEVICE] });
    open();
    await clock.settle();
    expect(await phase('p')).toBe('Running');
    expect(await nodeStatus('a')).toEqual({ attached: [DEVICE], inUse: [DEVICE] });
    expect(await told()).toEqual(['SuccessfulAttachVolume p: AttachVolume.Attach succeeded for volume "v" ']);
    await end('p');
    await clock.advance(60_000);
    expect(storage.log).toEqual(['attach v a', 'detach v a']);
    expect(await nodeStatus('a')).toEqual({ attached: [], inUse: [] });
    expect((await client.list(VOLUME_ATTACHMENTS)).items).toEqual([]);
  });

  it('moves to another node without ever being on both', async () => {
    await claimAndVolume();
    await run('p', 'a');
    await run('q', 'b');
    await clock.advance(10_000);
    expect(await phase('q')).toBe('Pending');
    expect(await told()).toContain(
      'FailedAttachVolume q: Multi-Attach error for volume "v" Volume is already used by pod(s) p',
    );
    await end('p');
    await clock.advance(60_000);
    expect(await phase('q')).toBe('Running');
    expect(storage.log).toEqual(['attach v a', 'detach v a', 'attach v b']);
    expect(storage.shared).toBe(false);
  });

  it('is shared where its modes say so', async () => {
    await claimAndVolume(['ReadWriteMany']);
    await run('p', 'a');
    await run('q', 'b');
    expect([await phase('p'), await phase('q')]).toEqual(['Running', 'Running']);
    expect(storage.shared).toBe(true);
  });

  it('is tried again when attaching fails', async () => {
    await claimAndVolume();
    storage.failAttach = 2;
    await run('p', 'a');
    await clock.advance(60_000);
    expect(await phase('p')).toBe('Running');
    expect(await told()).toContain(
      'FailedAttachVolume p: AttachVolume.Attach failed for volume "v" : no path to the disk',
    );
  });

  it('goes again when its pod went while it was being attached', async () => {
    await claimAndVolume();
    let open = () => {};
    storage.gate = new Promise((resolve) => {
      open = resolve;
    });
    await run('p', 'a');
    await end('p');
    open();
    await clock.advance(60_000);
    expect((await client.list(VOLUME_ATTACHMENTS)).items).toEqual([]);
    expect(storage.attached.get('v')?.size ?? 0).toBe(0);
    expect((await nodeStatus('a')).inUse).toEqual([]);
  });

  it('is taken from a lost node after six minutes, at once when that is out of service', async () => {
    for (const taints of [[], [OUT_OF_SERVICE]]) {
      await claimAndVolume();
      await run('p', 'a');
      await manager.remove('a');
      const conditions = [{ type: 'Ready', status: 'Unknown' }];
      const lost = await client.get<KubeObject>(NODES, 'a');
      await client.update(NODES, { ...lost, status: { ...lost.status, conditions } }, 'status');
      await client.patch(NODES, 'a', 'merge', { spec: { taints } });
      await end('p', 0);
      await run('q', 'b');
      await clock.advance(taints.length === 0 ? 359_000 : 1_000);
      expect(await phase('q')).toBe(taints.length === 0 ? 'Pending' : 'Running');
      await clock.advance(10_000);
      expect(await phase('q')).toBe('Running');
      await end('q');
      await client.delete(CLAIMS, 'c');
      await client.delete(PERSISTENT_VOLUMES, 'v');
      await client.patch(NODES, 'a', 'merge', { spec: { taints: [] } });
      await manager.addSimulated({ name: 'a' });
      await clock.settle();
    }
  });

  it('is not taken from a lost node any earlier when somebody sets the clock', async () => {
    await claimAndVolume();
    await run('p', 'a');
    await manager.remove('a');
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    const lost = await client.get<KubeObject>(NODES, 'a');
    await client.update(NODES, { ...lost, status: { ...lost.status, conditions } }, 'status');
    await end('p', 0);
    await run('q', 'b');
    await clock.advance(60_000);
    clock.skewMs = 3_600_000;
    await client.patch(NODES, 'a', 'merge', { spec: { taints: [{ key: 'looked-at', effect: 'NoSchedule' }] } });
    await clock.advance(290_000);
    expect(await phase('q')).toBe('Pending');
    await clock.advance(20_000);
    expect(await phase('q')).toBe('Running');
  });

  it('is on the list of its node again when the next pod takes it in the last moment', async () => {
    await claimAndVolume();
    await run('p', 'a');
    const update = client.update.bind(client) as MemoryClient['update'];
    let open: (() => void) | null = null;
    // The write that takes it off the list is under way for a while.
    client.update = async (target, object, subresource) => {
      const { volumesAttached, volumesInUse } = object.status ?? {};
      const off = target.resource === 'nodes' && subresource === 'status' && !volumesAttached && !volumesInUse;
      if (off && open === null && object.metadata.name === 'a')
        await new Promise<void>((resolve) => {
          open = resolve;
        });
      return update(target, object, subresource);
    };
    await end('p');
    await run('q', 'a');
    (open as (() => void) | null)?.();
    await clock.advance(60_000);
    expect([open === null, await phase('q')]).toEqual([false, 'Running']);
    expect(await nodeStatus('a')).toEqual({ attached: [DEVICE], inUse: [DEVICE] });
  });

  it('is not waited for when its claim has been made again with another', async () => {
    await claimAndVolume();
    let open = () => {};
    storage.gate = new Promise((resolve) => {
      open = resolve;
    });
    await run('p', 'a');
    await client.delete(CLAIMS, 'c');
    await client.delete(PERSISTENT_VOLUMES, 'v');
    await client.create(CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { volumeName: 'w', accessModes: ['ReadWriteOnce'] },
      status: { phase: 'Bound' },
    });
    const { uid } = (await client.get<KubeObject>(CLAIMS, 'c')).metadata;
    await client.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'w' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        claimRef: { namespace: 'n', name: 'c', uid },
        csi: { driver: 'csi.perdure.dev', volumeHandle: 'w' },
      },
    });
    open();
    await clock.advance(60_000);
    expect(await phase('p')).toBe('Running');
    expect((await nodeStatus('a')).inUse).toEqual([DEVICE.replace('^v', '^w')]);
  });

  it('goes when a new agent finds no more than dead containers of a pod that is to go', async () => {
    await claimAndVolume();
    const runtime = createSimulatedRuntime({ clock });
    const volumes = { ...checkedVolumes({} as Lookup), prepare: () => null };
    const profile = { name: 'c', addresses: ['10.0.0.9'] };
    await manager.add({ profile, runtime, volumes });
    await run('p', 'c');
    expect(await nodeStatus('c')).toEqual({ attached: [DEVICE], inUse: [DEVICE] });
    await manager.remove('c');
    const found = (await runtime.list()).containers.map((state) => ({
      ...state,
      phase: 'exited' as const,
      exitCode: 0,
    }));
    await client.delete(inNamespace, 'p');
    const next = createSimulatedRuntime({ clock });
    next.list = async () => ({ sandboxes: [], containers: found });
    await manager.add({ profile, runtime: next, volumes });
    await clock.advance(60_000);
    expect(await nodeStatus('c')).toEqual({ attached: [], inUse: [] });
  });

  it('stays with a pod that a new agent finds running', async () => {
    await claimAndVolume();
    await run('p', 'a');
    client.log.length = 0;
    await manager.remove('a');
    await manager.addSimulated({ name: 'a' });
    await clock.advance(30_000);
    expect(await phase('p')).toBe('Running');
    expect(await nodeStatus('a')).toEqual({ attached: [DEVICE], inUse: [DEVICE] });
    expect(storage.log).toEqual(['attach v a']);
  });
});

it('a volume of a node is nobody to attach: nothing more is written', async () => {
  await claimAndVolume(['ReadWriteOnce'], { csi: undefined, hostPath: { path: '/x' } });
  client.log.length = 0;
  await run('p', 'a');
  expect(await phase('p')).toBe('Running');
  expect(client.log.filter((entry) => entry.includes('nodes/') || entry.includes('volumeattachments/'))).toEqual([]);
});

it('a volume for one pod only is used by one pod only', async () => {
  await claimAndVolume(['ReadWriteOncePod']);
  await run('p', 'a');
  await run('q', 'a');
  await clock.advance(5_000);
  expect(await phase('q')).toBe('Pending');
  expect(await told()).toContain(
    'FailedMount q: MountVolume.SetUp failed for volume "v" : volume uses the ReadWriteOncePod access mode and is already in use by another pod',
  );
  await end('p');
  expect(await phase('q')).toBe('Running');
});

describe('a claim that grows', () => {
  const grow = async () => {
    await client.patch(CLAIMS, 'c', 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
    await clock.settle();
    return (await client.get<KubeObject>(CLAIMS, 'c')).status;
  };

  it('has its new size as soon as the node has grown the file system', async () => {
    await claimAndVolume();
    await run('p', 'a');
    expect(await grow()).toEqual({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      allocatedResources: { storage: '2Gi' },
    });
    expect(storage.grown).toBe(2 * 2 ** 30);
    const events = (await client.list<KubeObject>(EVENTS)).items.filter(
      ({ reason }) => reason === 'FileSystemResizeSuccessful',
    );
    expect(events.map(({ involvedObject }) => involvedObject.kind).sort()).toEqual(['PersistentVolumeClaim', 'Pod']);
  });

  it('says that a pod has to be started again where the file system is too busy to grow, and grows then', async () => {
    await claimAndVolume();
    await run('p', 'a');
    storage.offline = true;
    const { conditions, capacity } = await grow();
    expect(conditions).toMatchObject([{ type: 'FileSystemResizePending', status: 'True' }]);
    expect(capacity).toEqual({ storage: '1Gi' });
    await clock.advance(600_000);
    expect(storage.tries).toBe(1);
    storage.offline = false;
    await end('p');
    await run('q', 'a');
    expect((await client.get<KubeObject>(CLAIMS, 'c')).status).toEqual({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      allocatedResources: { storage: '2Gi' },
    });
  });

  it('waits for the next pod where none is running', async () => {
    await claimAndVolume();
    expect((await grow()).allocatedResourceStatuses).toEqual({ storage: 'NodeResizePending' });
    await run('p', 'a');
    expect((await client.get<KubeObject>(CLAIMS, 'c')).status.capacity).toEqual({ storage: '2Gi' });
  });
});
