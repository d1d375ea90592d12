import { beforeEach, describe, expect, it } from 'vitest';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import type { KubeObject } from '../schema/object.ts';
import { createScheduler } from './scheduler.ts';

const pods = { ...PODS, namespace: 'ns' };
const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'ns' };
let clock: ManualClock;
let client: MemoryClient;
const random = { float: () => 0, bytes: (count: number) => new Uint8Array(count) };

beforeEach(async () => {
  clock = new ManualClock();
  client = new MemoryClient(clock);
  const events = new EventBroadcaster(client, clock);
  const scheduler = createScheduler({
    client,
    informers: new InformerFactory(client, clock),
    clock,
    random,
    recorder: events.recorder({ component: 'default-scheduler' }),
  });
  await scheduler.start();
});

const node = (name: string, extra: { labels?: object; spec?: object; allocatable?: object } = {}) =>
  client.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...extra.labels } },
    spec: extra.spec ?? {},
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10', ...extra.allocatable } },
  });

async function pod(name: string, spec: object = {}, metadata: object = {}): Promise<KubeObject> {
  return client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'i' }], ...spec },
    status: { phase: 'Pending' },
  });
}
const cpu = (amount: string): object => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: amount } } }],
});
const nodeOf = async (name: string): Promise<string | undefined> =>
  (await client.get<KubeObject>(pods, name)).spec.nodeName;
const condition = async (name: string) =>
  (await client.get<KubeObject>(pods, name)).status.conditions?.find(
    (c: { type: string }) => c.type === 'PodScheduled',
  );

describe('scheduler', () => {
  it('binds a pod and says so', async () => {
    await node('a');
    await pod('p');
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
    const [event] = (await client.list<KubeObject>(EVENTS)).items;
    expect(event).toMatchObject({ reason: 'Scheduled', type: 'Normal', message: 'Successfully assigned ns/p to a' });
  });

  it('leaves alone what is not its own, and gated pods', async () => {
    await node('a');
    await pod('other', { schedulerName: 'manual' });
    await pod('gated', { schedulingGates: [{ name: 'g' }] });
    await clock.settle();
    expect(await nodeOf('other')).toBeUndefined();
    expect(await nodeOf('gated')).toBeUndefined();
    const gated = await client.get<KubeObject>(pods, 'gated');
    await client.update(pods, { ...gated, spec: { ...gated.spec, schedulingGates: [] } });
    await clock.settle();
    expect(await nodeOf('gated')).toBe('a');
  });

  it('says why nothing fits and tries again when room is made', async () => {
    await node('a');
    await node('b', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
    await pod('big', cpu('1500m'));
    await clock.settle();
    await pod('second', cpu('1'));
    await clock.settle();
    expect(await nodeOf('second')).toBeUndefined();
    expect(await condition('second')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message:
        '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). no new claims to deallocate, ' +
        'preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
    });
    await client.delete(pods, 'big', { gracePeriodSeconds: 0 });
    await clock.settle();
    expect(await nodeOf('second')).toBe('a');
  });

  it('waits for the first node', async () => {
    await pod('p');
    await clock.settle();
    expect((await condition('p')).message).toBe('no nodes available to schedule pods');
    await node('a');
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
  });

  it('counts pods it has placed a moment ago', async () => {
    await node('a');
    await node('b');
    for (let i = 0; i < 5; i++) await pod(`p${i}`, cpu('1'));
    await clock.settle();
    const placed = await Promise.all([0, 1, 2, 3, 4].map((i) => nodeOf(`p${i}`)));
    expect(placed.filter((name) => name === 'a')).toHaveLength(2);
    expect(placed.filter((name) => name === 'b')).toHaveLength(2);
    expect(placed.filter((name) => name === undefined)).toHaveLength(1);
  });

  it('keeps members with anti-affinity apart', async () => {
    await node('a');
    await node('b');
    const affinity = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
        ],
      },
    };
    for (let i = 0; i < 3; i++) await pod(`db-${i}`, { affinity }, { labels: { app: 'db' } });
    await clock.settle();
    expect(new Set([await nodeOf('db-0'), await nodeOf('db-1')])).toEqual(new Set(['a', 'b']));
    expect((await condition('db-2')).message).toMatch(
      /^0\/2 nodes are available: 2 node\(s\) didn't match pod anti-affinity rules\./,
    );
  });

  it('spreads over zones by hard constraints', async () => {
    await node('a', { labels: { zone: '1' } });
    await node('b', { labels: { zone: '2' } });
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ];
    for (let i = 0; i < 4; i++) await pod(`x${i}`, { topologySpreadConstraints }, { labels: { app: 'x' } });
    await clock.settle();
    const placed = await Promise.all([0, 1, 2, 3].map((i) => nodeOf(`x${i}`)));
    expect(placed.filter((name) => name === 'a')).toHaveLength(2);
  });

  it('removes a pod of lower priority to make room', async () => {
    await node('a');
    await pod('low', { ...cpu('1500m'), priority: 1 });
    await clock.settle();
    await pod('high', { ...cpu('1'), priority: 10 });
    await clock.settle();
    const low = await client.get<KubeObject>(pods, 'low');
    expect(low.metadata.deletionTimestamp).toBeDefined();
    expect(low.status.conditions.at(-1)).toMatchObject({ type: 'DisruptionTarget', reason: 'PreemptionByScheduler' });
    expect((await client.get<KubeObject>(pods, 'high')).status.nominatedNodeName).toBe('a');
    // What is nominated keeps its room from others of its priority.
    await pod('other', { ...cpu('1'), priority: 10 });
    await client.delete(pods, 'low', { gracePeriodSeconds: 0 });
    await clock.settle();
    expect(await nodeOf('high')).toBe('a');
  });

  it('names a node for a waiting claim, binds only when the claim is bound, and respects its volume', async () => {
    await node('a');
    await node('b');
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'late' },
      provisioner: 'x/y',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: {
        storageClassName: 'late',
        accessModes: ['ReadWriteOncePod'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    await pod('p', { volumes });
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    const claim = await client.get<KubeObject>(claims, 'data');
    const chosen = claim.metadata.annotations?.['volume.kubernetes.io/selected-node'];
    expect(chosen).toMatch(/^[ab]$/);
    const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [chosen] }] }];
    await client.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: { nodeAffinity: { required: { nodeSelectorTerms: terms } } },
      status: { phase: 'Bound' },
    });
    await client.patch(claims, 'data', 'merge', {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: 'pv' },
    });
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    await client.patch(claims, 'data', 'merge', { status: { phase: 'Bound' } }, 'status');
    await clock.settle();
    expect(await nodeOf('p')).toBe(chosen);
    await pod('q', { volumes });
    await clock.settle();
    expect((await condition('q')).message).toContain('ReadWriteOncePod access mode already in-use');
    await client.delete(pods, 'p', { gracePeriodSeconds: 0 });
    await clock.settle();
    expect(await nodeOf('q')).toBe(chosen);
  });

  it('does not bind to a node that the volume made meanwhile cannot be reached from', async () => {
    await node('a');
    await node('b');
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'late' },
      provisioner: 'x/y',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { storageClassName: 'late', resources: { requests: { storage: '1Gi' } } },
    });
    await pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
    await clock.settle();
    const claim = await client.get<KubeObject>(claims, 'data');
    const chosen = claim.metadata.annotations?.['volume.kubernetes.io/selected-node'];
    const other = chosen === 'a' ? 'b' : 'a';
    const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [other] }] }];
    await client.patch(claims, 'data', 'merge', {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: 'pv' },
      status: { phase: 'Bound' },
    });
    await client.patch(claims, 'data', 'merge', { status: { phase: 'Bound' } }, 'status');
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    await client.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: {
        claimRef: { namespace: 'ns', name: 'data' },
        nodeAffinity: { required: { nodeSelectorTerms: terms } },
      },
      status: { phase: 'Bound' },
    });
    await clock.settle();
    expect(await nodeOf('p')).not.toBe(chosen);
    await clock.advance(60_000);
    expect(await nodeOf('p')).toBe(other);
  });

  it('gives up on a claim that is never bound after ten minutes, and tries again', async () => {
    await node('a');
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'late' },
      provisioner: 'x/y',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'd' },
      spec: { storageClassName: 'late' },
    });
    await pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }] });
    await clock.advance(600_000);
    expect((await condition('p')).message).toBe(
      'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    );
  });

  it('waits for no claim of a pod that is gone, and takes nothing from the next of its name', async () => {
    await node('a');
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'late' },
      provisioner: 'x/y',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'd' },
      spec: { storageClassName: 'late' },
    });
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }];
    await pod('p', { ...cpu('2'), volumes });
    await clock.settle();
    await client.delete(pods, 'p');
    await clock.advance(60_000);
    await pod('p', { ...cpu('2'), volumes });
    // The first would have been given up by now, and its room with it: that is the second's.
    await clock.advance(541_000);
    await pod('other', cpu('1'));
    await clock.settle();
    expect(await nodeOf('other')).toBeUndefined();
    expect(await condition('p')).toBeUndefined();
    expect((await condition('other')).message).toContain('Insufficient cpu');
  });

  it('refuses pods whose claims are missing or wait for no node', async () => {
    await node('a');
    await pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }] });
    await clock.settle();
    expect((await condition('p')).message).toBe(
      '0/1 nodes are available: persistentvolumeclaim "none" not found. not found',
    );
    await client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'none' },
      spec: { storageClassName: '' },
    });
    await clock.settle();
    expect((await condition('p')).message).toBe(
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    );
  });

  it('tries a failed binding again after the backoff', async () => {
    await node('a');
    const bind = client.createSub.bind(client);
    let failures = 1;
    client.createSub = async (...args: Parameters<typeof bind>) => {
      if (failures-- > 0) throw new Error('the server is away');
      return bind(...args) as never;
    };
    await pod('p');
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    expect(await condition('p')).toMatchObject({ reason: 'SchedulerError', message: 'the server is away' });
    await clock.advance(1_000);
    expect(await nodeOf('p')).toBe('a');
  });

  it('gives the turn back between pods that are refused again and again', async () => {
    await node('small', { allocatable: { cpu: '1' } });
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
    for (const name of names) await pod(name, cpu('2'));
    await clock.settle();
    const tried: number[] = [];
    const patch = client.patch.bind(client);
    let inTurn = 0;
    client.patch = (...args: Parameters<typeof patch>) => {
      inTurn++;
      return patch(...args);
    };
    const { defer } = clock;
    clock.defer = (run) =>
      defer.call(clock, () => {
        inTurn = 0;
        run();
        if (inTurn > 0) tried.push(inTurn);
      });
    // Every message changes with the number of nodes, so every try is written.
    await node('too small', { allocatable: { cpu: '1' } });
    await clock.settle();
    expect(tried.reduce((sum, count) => sum + count, 0)).toBe(names.length);
    expect(Math.max(...tried)).toBeLessThanOrEqual(4);
  });
});
