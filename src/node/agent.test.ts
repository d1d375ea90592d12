import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EVENTS, NODES, PODS } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import type { KubeObject } from '../schema/object.ts';
import { type AgentManager, createAgentManager } from './agent-manager.ts';
import { informerLookup, SECRETS } from './lookup.ts';
import { createSimulatedRuntime } from './runtimes/simulated.ts';
import { checkedVolumes } from './volumes/checked-volumes.ts';

const LEASES = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const inNamespace = { ...PODS, namespace: 'ns' };

interface World {
  readonly clock: ManualClock;
  readonly client: MemoryClient;
  readonly manager: AgentManager;
  pod(name?: string): Promise<KubeObject>;
  create(
    name: string,
    options?: { spec?: object; annotations?: Record<string, string>; finalizers?: string[] },
  ): Promise<KubeObject>;
  reasons(): Promise<string[]>;
}

let world: World;
beforeEach(async () => {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const manager = createAgentManager({
    client,
    informers,
    clock,
    random: systemRandom,
    events,
    simulateNodes: 'play=yes',
  });
  await manager.start();
  await manager.addSimulated({ name: 'node-1' });
  await clock.settle();
  client.log.length = 0;
  world = {
    clock,
    client,
    manager,
    pod: (name = 'p') => client.get(inNamespace, name),
    create: (name, { spec = {}, annotations, finalizers } = {}) =>
      client.create(inNamespace, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, ...(annotations ? { annotations } : {}), ...(finalizers ? { finalizers } : {}) },
        spec: {
          nodeName: 'node-1',
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          containers: [{ name: 'main', image: 'nginx' }],
          ...spec,
        },
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      }),
    reasons: async () => (await client.list<KubeObject>(EVENTS)).items.map((event) => event.reason),
  };
});

const statusOf = (pod: KubeObject, type: string): string | undefined =>
  pod.status.conditions.find((condition: { type: string }) => condition.type === type)?.status;

describe('a simulated node', () => {
  it('registers a ready Node and keeps its lease', async () => {
    const node = await world.client.get<KubeObject>(NODES, 'node-1');
    expect(node.status.conditions.map((c: { type: string; status: string }) => `${c.type}=${c.status}`)).toEqual([
      'MemoryPressure=False',
      'DiskPressure=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
    const before = await world.client.get<KubeObject>({ ...LEASES, namespace: 'kube-node-lease' }, 'node-1');
    await world.clock.advance(10_000);
    const after = await world.client.get<KubeObject>({ ...LEASES, namespace: 'kube-node-lease' }, 'node-1');
    expect(after.spec.renewTime > before.spec.renewTime).toBe(true);
  });

  it('tells of a cordon and its end, once each', async () => {
    for (const unschedulable of [true, true, false]) {
      await world.client.patch(NODES, 'node-1', 'merge', { spec: { unschedulable } });
      await world.clock.settle();
    }
    await world.clock.advance(10_000);
    const { items } = await world.client.list<KubeObject>(EVENTS);
    expect(items.map(({ message }) => message)).toEqual([
      'Starting kubelet.',
      'Node node-1 status is now: NodeNotSchedulable',
      'Node node-1 status is now: NodeSchedulable',
    ]);
  });

  it('takes a plain pod to Ready with one status write, and away with one delete', async () => {
    await world.create('p');
    await world.clock.settle();
    const pod = await world.pod();
    expect(pod.status.phase).toBe('Running');
    expect(pod.status.conditions.map((c: { type: string; status: string }) => `${c.type}=${c.status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
    expect(pod.status.podIP).toBe('10.244.0.1');
    expect(pod.status.containerStatuses[0]).toMatchObject({
      ready: true,
      started: true,
      restartCount: 0,
      image: 'docker.io/library/nginx:latest',
    });
    expect(await world.reasons()).toEqual(['Starting', 'Pulled', 'Created', 'Started']);
    await world.client.delete(inNamespace, 'p');
    await world.clock.settle();
    await expect(world.pod()).rejects.toMatchObject({ reason: 'NotFound' });
    const podWrites = world.client.log.filter((line) => line.includes('pods/p'));
    expect(podWrites).toEqual(['create pods/p', 'update pods/p/status', 'delete pods/p', 'delete pods/p']);
    expect(world.manager.agents.get('node-1')?.workers.size).toBe(0);
  });

  it('backs off a crashing container as upstream does', async () => {
    await world.create('p', { annotations: { 'simulate.perdure.dev/crash-loop': 'true' } });
    await world.clock.settle();
    const state = async () => (await world.pod()).status.containerStatuses[0];
    expect(await state()).toMatchObject({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } });
    expect((await state()).state.waiting.message).toMatch(
      /^back-off 10s restarting failed container=main pod=p_ns\(uid-\d+\)$/,
    );
    expect((await world.pod()).status.phase).toBe('Running');
    await world.clock.advance(10_000);
    expect((await state()).restartCount).toBe(2);
    await world.clock.advance(19_000);
    expect((await state()).restartCount).toBe(2);
    await world.clock.advance(1_000);
    expect((await state()).restartCount).toBe(3);
  });

  it('runs init containers in order and completes a pod that never restarts', async () => {
    await world.create('p', {
      annotations: { 'simulate.perdure.dev/init-duration': '5s', 'simulate.perdure.dev/exit-after': '3s' },
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          { name: 'one', image: 'a' },
          { name: 'two', image: 'b' },
        ],
      },
    });
    await world.clock.advance(4_000);
    let pod = await world.pod();
    expect(pod.status.phase).toBe('Pending');
    expect(pod.status.containerStatuses[0].state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(pod.status.conditions.find((c: { type: string }) => c.type === 'Initialized').message).toBe(
      'containers with incomplete status: [one two]',
    );
    await world.clock.advance(6_000);
    pod = await world.pod();
    expect(statusOf(pod, 'Ready')).toBe('True');
    await world.clock.advance(3_000);
    pod = await world.pod();
    expect(pod.status.phase).toBe('Succeeded');
    expect(statusOf(pod, 'Ready')).toBe('False');
    expect(pod.status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  it('fails a pod whose init container fails for good', async () => {
    await world.create('p', {
      annotations: { 'simulate.perdure.dev/init-exit-code': '3' },
      spec: { restartPolicy: 'Never', initContainers: [{ name: 'one', image: 'a' }] },
    });
    await world.clock.settle();
    expect((await world.pod()).status.phase).toBe('Failed');
  });

  it('waits out ignored signals and kills at the end of the grace', async () => {
    await world.create('p', { annotations: { 'simulate.perdure.dev/ignore-sigterm': 'true' }, finalizers: ['x/y'] });
    await world.clock.settle();
    await world.client.delete(inNamespace, 'p');
    await world.clock.advance(29_000);
    expect((await world.pod()).status.containerStatuses[0].state.running).toBeDefined();
    await world.clock.advance(1_000);
    const pod = await world.pod();
    expect(pod.status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 137 });
    expect(pod.status.phase).toBe('Failed');
  });

  it('says what an annotation makes it do later: readiness follows at once', async () => {
    await world.create('p', { annotations: { 'simulate.perdure.dev/ready-after': '7s' } });
    await world.clock.advance(6_000);
    expect(statusOf(await world.pod(), 'Ready')).toBe('False');
    await world.clock.advance(1_000);
    expect(statusOf(await world.pod(), 'Ready')).toBe('True');
    await world.client.patch(inNamespace, 'p', 'merge', {
      metadata: { annotations: { 'simulate.perdure.dev/never-ready': 'true' } },
    });
    await world.clock.settle();
    expect(statusOf(await world.pod(), 'Ready')).toBe('False');
  });

  it('reports configuration that is missing and starts when it appears', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    await world.create('p', { spec: { containers: [{ name: 'main', image: 'nginx', env }] } });
    await world.clock.settle();
    expect((await world.pod()).status.containerStatuses[0].state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "s" not found',
    });
    await world.client.create(
      { ...SECRETS, namespace: 'ns' },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'dg==' } },
    );
    await world.clock.settle();
    expect((await world.pod()).status.phase).toBe('Running');
  });

  it('goes from ErrImagePull to ImagePullBackOff', async () => {
    await world.create('p', { annotations: { 'simulate.perdure.dev/image-error': 'no such image' } });
    await world.clock.settle();
    expect((await world.pod()).status.containerStatuses[0].state.waiting).toEqual({
      reason: 'ErrImagePull',
      message: 'no such image',
    });
    await world.clock.advance(1_000);
    expect((await world.pod()).status.containerStatuses[0].state.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "nginx": ErrImagePull: no such image',
    });
  });

  it('refuses what does not fit', async () => {
    await world.create('p', {
      spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '100' } } }] },
    });
    await world.clock.settle();
    const pod = await world.pod();
    expect(pod.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 100000, used: 0, capacity: 32000",
    });
  });

  it('looks at its Node once more before it refuses a pod for what may be over', async () => {
    const taint = (taints: object[] | null) => world.client.patch(NODES, 'node-1', 'merge', { spec: { taints } });
    await taint([{ key: 'broken', effect: 'NoExecute' }]);
    await world.clock.settle();
    world.client.disconnect('nodes', new Error('gone away'));
    await taint(null);
    await world.create('p');
    await world.clock.settle();
    expect((await world.pod()).status.phase).toBe('Running');
  });

  it('counts no pod that has ended, or that the API no longer has', async () => {
    const big = {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '20' } } }],
    };
    const phase = async (name: string) => {
      await world.clock.advance(1_000);
      return (await world.pod(name)).status.phase;
    };
    await world.create('done', { spec: big, annotations: { 'simulate.perdure.dev/exit-after': '0s' } });
    expect(await phase('done')).toBe('Succeeded');
    await world.create('forced', { spec: big, annotations: { 'simulate.perdure.dev/stop-delay': '20s' } });
    expect(await phase('forced')).toBe('Running');
    await world.create('refused', { spec: big });
    expect(await phase('refused')).toBe('Failed');
    await world.client.delete(inNamespace, 'forced', { gracePeriodSeconds: 0 });
    await world.create('last', { spec: big });
    expect(await phase('last')).toBe('Running');
  });

  it('starts no pod before what runs of earlier ones is gone, which may be of its name', async () => {
    const { clock, client, manager } = world;
    const runtime = createSimulatedRuntime({ clock });
    const volumes = checkedVolumes(informerLookup(new InformerFactory(client, clock)));
    const node = { runtime, volumes, profile: { name: 'node-2', addresses: ['10.0.0.2'] } };
    await manager.add(node);
    await world.create('p', { spec: { nodeName: 'node-2' } });
    await clock.settle();
    await manager.remove('node-2');
    await client.delete(inNamespace, 'p', { gracePeriodSeconds: 0 });
    await world.create('p', { spec: { nodeName: 'node-2' } });
    const sandboxes: string[] = [];
    const { createSandbox, removeSandbox } = runtime;
    runtime.createSandbox = (spec) => {
      sandboxes.push('made');
      return createSandbox.call(runtime, spec);
    };
    runtime.removeSandbox = (uid) => {
      sandboxes.push('removed');
      return removeSandbox.call(runtime, uid);
    };
    await manager.add(node);
    await clock.settle();
    expect(sandboxes).toEqual(['removed', 'made']);
    expect((await world.pod()).status.phase).toBe('Running');
  });

  it('never starts a pod while one of its name is still going away', async () => {
    await world.create('p', { annotations: { 'simulate.perdure.dev/stop-delay': '20s' } });
    await world.clock.settle();
    await world.client.delete(inNamespace, 'p');
    await world.client.delete(inNamespace, 'p', { gracePeriodSeconds: 0 });
    await world.create('p');
    await world.clock.advance(19_000);
    expect((await world.pod()).status.phase).toBe('Pending');
    await world.clock.advance(1_000);
    expect((await world.pod()).status.phase).toBe('Running');
  });

  it('hears of a container that ends while its agent is being started again', async () => {
    const { clock, client, manager } = world;
    const runtime = createSimulatedRuntime({ clock });
    const volumes = checkedVolumes(informerLookup(new InformerFactory(client, clock)));
    const node = { runtime, volumes, profile: { name: 'node-2', addresses: ['10.0.0.2'] } };
    await manager.add(node);
    await world.create('p', { spec: { nodeName: 'node-2' } });
    await clock.settle();
    await manager.remove('node-2');
    const create = client.create.bind(client);
    client.create = async (target, ...rest) => {
      const [running] = (await runtime.list()).containers;
      if (target.resource === 'nodes' && running !== undefined) await runtime.stopContainer(running.id, 0);
      return create(target, ...rest) as never;
    };
    await manager.add(node);
    await clock.settle();
    expect((await world.pod()).status.containerStatuses[0].restartCount).toBe(1);
  });

  it('shuts down when its Node is asked to, critical pods last, and starts again', async () => {
    const { clock, client, create, pod } = world;
    await create('web', { annotations: { 'simulate.perdure.dev/stop-delay': '5s' } });
    await create('system', {
      spec: { priority: 2_000_001_000 },
      annotations: { 'simulate.perdure.dev/stop-delay': '5s' },
    });
    await clock.settle();
    const shutdown = (value: string | null) =>
      client.patch(NODES, 'node-1', 'merge', { metadata: { annotations: { 'perdure.dev/shutdown': value } } });
    const ready = async () =>
      (await client.get<KubeObject>(NODES, 'node-1')).status.conditions.find(
        (one: { type: string }) => one.type === 'Ready',
      );
    await shutdown('30s,60s');
    await clock.settle();
    expect(await world.reasons()).toContain('InvalidAnnotation');
    expect((await ready()).status).toBe('True');
    await shutdown('30s,10s');
    await clock.advance(6_000);
    expect((await pod('web')).status).toMatchObject({
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    });
    expect(statusOf(await pod('web'), 'DisruptionTarget')).toBe('True');
    expect((await pod('system')).status.phase).toBe('Running');
    expect(await ready()).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'node is shutting down',
    });
    await clock.advance(5_000);
    expect((await pod('system')).status.reason).toBe('Terminated');
    await create('late');
    await clock.settle();
    expect((await pod('late')).status).toMatchObject({ phase: 'Failed', reason: 'NodeShutdown' });
    await shutdown(null);
    await clock.settle();
    expect((await ready()).status).toBe('True');
    await create('again');
    await clock.settle();
    expect((await pod('again')).status.phase).toBe('Running');
  });

  it('plays nodes that match the selector, and no others', async () => {
    for (const [name, labels] of [
      ['theirs', {}],
      ['played', { play: 'yes' }],
    ] as const) {
      await world.client.create(NODES, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels },
        spec: {},
        status: {},
      });
    }
    await world.clock.settle();
    expect((await world.client.get<KubeObject>(NODES, 'theirs')).status.conditions).toBeUndefined();
    expect(statusOf(await world.client.get<KubeObject>(NODES, 'played'), 'Ready')).toBe('True');
  });
});
