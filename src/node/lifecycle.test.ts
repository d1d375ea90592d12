import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EVENTS, PODS } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import type { KubeObject } from '../schema/object.ts';
import { type AgentManager, createAgentManager } from './agent-manager.ts';
import type { FileSystem } from './files.ts';
import { informerLookup } from './lookup.ts';
import {
  type ContainerSpec,
  type ContainerState,
  type Runtime,
  RuntimeError,
  type Sandbox,
} from './runtimes/runtime.ts';
import { checkedVolumes } from './volumes/checked-volumes.ts';

const pods = { ...PODS, namespace: 'ns' };

/** A runtime whose containers run until told otherwise; what it was asked to do stands in `log`. */
class FakeRuntime implements Runtime {
  readonly name = 'fake';
  readonly version = 'fake://1';
  readonly conditions = [];
  readonly log: string[] = [];
  readonly sandboxes = new Map<string, Sandbox>();
  readonly containers = new Map<string, ContainerState>();
  exec_ = (_command: readonly string[]): number => 0;
  startError: RuntimeError | null = null;
  /** Starts wait for it. */
  startGate: ((name: string) => Promise<void> | undefined) | null = null;
  /** Containers end with it before their start is answered. */
  exitCode: number | null = null;
  probes = new Map<string, boolean>();
  #onExit: (state: ContainerState) => void = () => {};
  readonly #clock: ManualClock;
  constructor(clock: ManualClock) {
    this.#clock = clock;
  }
  async start(onExit: (state: ContainerState) => void) {
    this.#onExit = onExit;
  }
  async list() {
    return { sandboxes: [...this.sandboxes.values()], containers: [...this.containers.values()] };
  }
  async pullImage(image: string) {
    return { image, imageId: image, sizeBytes: 1, present: true, user: 0 };
  }
  async createSandbox({ uid }: { uid: string }) {
    const sandbox = { uid, ips: ['10.1.0.1'] };
    this.sandboxes.set(uid, sandbox);
    return sandbox;
  }
  async removeSandbox(uid: string) {
    this.log.push('remove sandbox');
    this.sandboxes.delete(uid);
    for (const [id, state] of this.containers) if (state.podUid === uid) this.containers.delete(id);
  }
  async startContainer(spec: ContainerSpec) {
    if (this.startError !== null) throw this.startError;
    await this.startGate?.(spec.name);
    this.log.push(`start ${spec.name}#${spec.attempt}`);
    const state: ContainerState = {
      id: `fake://${spec.name}-${spec.attempt}`,
      podUid: spec.podUid,
      name: spec.name,
      attempt: spec.attempt,
      phase: 'running',
      startedAt: this.#clock.now(),
      image: spec.image,
    };
    this.containers.set(state.id, state);
    return this.exitCode === null ? state : this.exit(state.id, this.exitCode);
  }
  exit(id: string, exitCode: number): ContainerState {
    const state = { ...this.containers.get(id)!, phase: 'exited' as const, exitCode, finishedAt: this.#clock.now() };
    this.containers.set(id, state);
    this.#onExit(state);
    return state;
  }
  async stopContainer(id: string, graceMs: number) {
    this.log.push(`stop ${id.slice(7)} ${graceMs}`);
    return this.containers.get(id)?.phase === 'running' ? this.exit(id, 143) : this.containers.get(id)!;
  }
  updateError: Error | null = null;
  async updateContainer(id: string, limits: object) {
    if (this.updateError !== null) throw this.updateError;
    this.log.push(`update ${id.slice(7)} ${JSON.stringify(limits)}`);
  }
  async removeContainer(id: string) {
    this.containers.delete(id);
  }
  async exec(_id: string, command: readonly string[]) {
    this.log.push(`exec ${command.join(' ')}`);
    const stdout = new PassThrough();
    stdout.end();
    return { stdin: null, stdout, stderr: null, resize() {}, kill() {}, exit: Promise.resolve(this.exec_(command)) };
  }
  async attach(): Promise<never> {
    throw new Error('not attached');
  }
  async connect(): Promise<never> {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  }
  async probe(_uid: string, container: string, kind: string) {
    return this.probes.get(`${container}/${kind}`) ?? null;
  }
  async stats() {
    return [];
  }
  async close() {}
}

/** Its wall clock can be set. */
class SettableClock extends ManualClock {
  skewMs = 0;
  override now(): number {
    return super.now() + this.skewMs;
  }
}

let clock: SettableClock;
let client: MemoryClient;
let runtime: FakeRuntime;
let manager: AgentManager;

async function startManager(files?: FileSystem): Promise<void> {
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  manager = createAgentManager({ client, informers, clock, random: systemRandom, events });
  await manager.start();
  await manager.add({
    runtime,
    profile: { name: 'n', addresses: ['10.0.0.1'] },
    volumes: checkedVolumes(informerLookup(informers)),
    ...(files === undefined ? {} : { files }),
  });
  await clock.settle();
}

beforeEach(async () => {
  clock = new SettableClock();
  client = new MemoryClient(clock);
  runtime = new FakeRuntime(clock);
  await startManager();
});

const create = (spec: object) =>
  client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', finalizers: ['keep/it'] },
    spec: {
      nodeName: 'n',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'main', image: 'i' }],
      ...spec,
    },
    status: { phase: 'Pending' },
  });
const pod = () => client.get<KubeObject>(pods, 'p');
const messages = async () => (await client.list<KubeObject>(EVENTS)).items.map((event) => event.message);

describe('a pod on a real node', () => {
  it('is adopted by a new agent: nothing is started twice', async () => {
    await create({});
    await clock.settle();
    await manager.agents.get('n')?.stop();
    runtime.log.length = 0;
    await startManager();
    expect(runtime.log).toEqual([]);
    expect((await pod()).status.containerStatuses[0]).toMatchObject({ ready: true, restartCount: 0 });
    runtime.exit('fake://main-0', 1);
    await clock.settle();
    expect(runtime.log).toEqual(['start main#1']);
    expect((await pod()).status.containerStatuses[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    });
  });

  it('removes what runs for pods that are gone', async () => {
    runtime.sandboxes.set('stranger', { uid: 'stranger', ips: [] });
    await manager.agents.get('n')?.stop();
    await startManager();
    expect(runtime.sandboxes.has('stranger')).toBe(false);
  });

  it('starts sidecars before apps, waits for their startup, and stops them last', async () => {
    runtime.probes.set('side/startup', false);
    await create({
      initContainers: [
        {
          name: 'side',
          image: 'i',
          restartPolicy: 'Always',
          startupProbe: { exec: { command: ['x'] }, periodSeconds: 5, failureThreshold: 9 },
        },
        { name: 'prepare', image: 'i' },
      ],
    });
    await clock.advance(4_000);
    expect(runtime.log).toEqual(['start side#0']);
    runtime.probes.set('side/startup', true);
    await clock.advance(2_000);
    runtime.exit('fake://prepare-0', 0);
    await clock.settle();
    expect(runtime.log).toEqual(['start side#0', 'start prepare#0', 'start main#0']);
    await client.delete(pods, 'p');
    await clock.settle();
    expect(runtime.log.slice(3)).toEqual(['stop main-0 30000', 'stop side-0 30000', 'remove sandbox']);
    expect((await pod()).status.phase).toBe('Failed');
  });

  it('runs preStop within the grace, then signals', async () => {
    await create({ containers: [{ name: 'main', image: 'i', lifecycle: { preStop: { sleep: { seconds: 12 } } } }] });
    await clock.settle();
    await client.delete(pods, 'p');
    await clock.advance(11_000);
    expect(runtime.log).toEqual(['start main#0']);
    await clock.advance(1_000);
    expect(runtime.log[1]).toBe('stop main-0 18000');
    expect(await messages()).toContain('Stopping container main');
  });

  it('gives two seconds at least when preStop used the grace up', async () => {
    await create({
      terminationGracePeriodSeconds: 5,
      containers: [{ name: 'main', image: 'i', lifecycle: { preStop: { sleep: { seconds: 60 } } } }],
    });
    await clock.settle();
    await client.delete(pods, 'p');
    await clock.advance(5_000);
    expect(runtime.log[1]).toBe('stop main-0 2000');
  });

  it('starts nothing for a pod that is held still, and all that is due once it goes on', async () => {
    await create({});
    await clock.settle();
    const [worker] = [...(manager.agents.get('n')?.workers.values() ?? [])];
    const release = worker!.hold();
    const releaseOther = worker!.hold();
    runtime.exit('fake://main-0', 1);
    await clock.advance(60_000);
    release();
    await clock.advance(60_000);
    expect(runtime.log).toEqual(['start main#0']);
    releaseOther();
    await clock.settle();
    expect(runtime.log).toEqual(['start main#0', 'start main#1']);
  });

  it('kills and restarts what fails its liveness probe', async () => {
    runtime.probes.set('main/liveness', false);
    const livenessProbe = { exec: { command: ['x'] }, periodSeconds: 10, failureThreshold: 3, initialDelaySeconds: 5 };
    await create({ containers: [{ name: 'main', image: 'i', livenessProbe }] });
    await clock.advance(24_000);
    expect(runtime.log).toEqual(['start main#0']);
    await clock.advance(1_000);
    expect(runtime.log).toEqual(['start main#0', 'stop main-0 30000', 'start main#1']);
    expect(await messages()).toContain('Container main failed liveness probe, will be restarted');
  });

  it('is ready when its probe says so, thresholds counted', async () => {
    runtime.probes.set('main/readiness', true);
    const readinessProbe = { exec: { command: ['x'] }, periodSeconds: 10, successThreshold: 2, failureThreshold: 2 };
    await create({ containers: [{ name: 'main', image: 'i', readinessProbe }] });
    const ready = async () => (await pod()).status.containerStatuses[0].ready;
    await clock.advance(9_000);
    expect(await ready()).toBe(false);
    await clock.advance(1_000);
    expect(await ready()).toBe(true);
    runtime.probes.set('main/readiness', false);
    await clock.advance(10_000);
    expect(await ready()).toBe(true);
    await clock.advance(10_000);
    expect(await ready()).toBe(false);
  });

  it('holds a container whose postStart fails', async () => {
    runtime.exec_ = () => 1;
    await create({
      containers: [{ name: 'main', image: 'i', lifecycle: { postStart: { exec: { command: ['boom'] } } } }],
    });
    await clock.settle();
    expect(runtime.log.slice(0, 3)).toEqual(['start main#0', 'exec boom', 'stop main-0 30000']);
    expect(await messages()).toContain('PostStartHook failed');
    expect((await pod()).status.containerStatuses[0].ready).toBe(false);
  });

  it('shows a start that failed as the last state', async () => {
    runtime.startError = new RuntimeError('RunContainerError', 'exec: "nope": executable file not found in $PATH');
    await create({});
    await clock.settle();
    const status = (await pod()).status.containerStatuses[0];
    expect(status.state.waiting.reason).toBe('RunContainerError');
    expect(status.lastState.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
  });

  it('is restarted soon after a clock that jumped back is right again', async () => {
    await create({});
    await clock.settle();
    runtime.exit('fake://main-0', 1);
    await clock.settle();
    runtime.exit('fake://main-1', 1);
    await clock.settle();
    clock.skewMs = -3_600_000;
    await clock.advance(60_000);
    clock.skewMs = 0;
    runtime.log.length = 0;
    await clock.advance(300_000);
    expect(runtime.log).toEqual(['start main#2']);
  });

  it('ends a pod that is past its deadline', async () => {
    await create({ activeDeadlineSeconds: 60, restartPolicy: 'Never' });
    await clock.advance(60_000);
    expect((await pod()).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('respects container restart rules', async () => {
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    await create({
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'i', restartPolicy: 'Never', restartPolicyRules: rules }],
    });
    await clock.settle();
    runtime.exit('fake://main-0', 42);
    await clock.settle();
    expect(runtime.log).toEqual(['start main#0', 'start main#1']);
    runtime.exit('fake://main-1', 1);
    await clock.settle();
    expect((await pod()).status.phase).toBe('Failed');
  });

  it('starts over with all its containers when a rule says so', async () => {
    const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } };
    await create({
      initContainers: [{ name: 'prepare', image: 'i' }],
      containers: [
        { name: 'main', image: 'i', restartPolicy: 'Never', restartPolicyRules: [rule] },
        { name: 'other', image: 'i' },
      ],
    });
    await clock.settle();
    runtime.exit('fake://prepare-0', 0);
    await clock.settle();
    const restarting = async () =>
      (await pod()).status.conditions.find(({ type }: { type: string }) => type === 'AllContainersRestarting');
    expect(await restarting()).toMatchObject({ status: 'False' });
    runtime.log.length = 0;
    runtime.exit('fake://main-0', 42);
    await clock.settle();
    expect(runtime.log).toEqual(['stop other-0 0', 'start prepare#1']);
    runtime.exit('fake://prepare-1', 0);
    await clock.settle();
    expect(runtime.log.slice(2)).toEqual(['start main#1', 'start other#1']);
    const { containerStatuses, phase } = (await pod()).status;
    expect(phase).toBe('Running');
    expect(containerStatuses[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 42 } } });
    expect(await restarting()).toMatchObject({ status: 'False' });
  });

  it('is over only when what it left behind is known', async () => {
    await manager.stop();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const readTail = async () => {
      await gate;
      return Buffer.from('bye');
    };
    await startManager({
      readTail,
      list: async () => [],
      remove: async () => {},
      info: async () => null,
    } as unknown as FileSystem);
    runtime.exitCode = 3;
    await create({ restartPolicy: 'Never' });
    await clock.settle();
    expect((await pod()).status.phase).toBe('Pending');
    open();
    await clock.settle();
    const { phase, containerStatuses } = (await pod()).status;
    expect(phase).toBe('Failed');
    expect(containerStatuses[0].state.terminated).toMatchObject({ exitCode: 3, message: 'bye' });
  });

  it('starts nothing over while a container is still on its way', async () => {
    const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } };
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    runtime.startGate = (name) => (name === 'other' ? gate : undefined);
    await create({
      containers: [
        { name: 'main', image: 'i', restartPolicy: 'Never', restartPolicyRules: [rule] },
        { name: 'other', image: 'i' },
      ],
    });
    await clock.settle();
    runtime.exit('fake://main-0', 42);
    await clock.settle();
    open();
    await clock.settle();
    expect(runtime.log).toEqual(['start main#0', 'start other#0', 'stop other-0 0', 'start main#1', 'start other#1']);
  });

  describe('resized in place', () => {
    const sized = (memory: string, more: object = {}) => ({
      containers: [{ name: 'main', image: 'i', resources: { requests: { memory }, limits: { memory } }, ...more }],
    });
    const conditions = async () => (await pod()).status.conditions;
    const resize = async (memory: string, more: object = {}) => {
      await client.update(pods, { ...(await pod()), spec: { ...(await pod()).spec, ...sized(memory, more) } });
      await clock.settle();
    };

    it('has its new limits without a restart, unless it asks for one', async () => {
      await create(sized('1Gi'));
      await clock.settle();
      await resize('2Gi');
      expect(runtime.log).toEqual(['start main#0', `update main-0 {"memoryBytes":${2 * 2 ** 30}}`]);
      const [status] = (await pod()).status.containerStatuses;
      expect(status).toMatchObject({ restartCount: 0, allocatedResources: { memory: '2Gi' } });
      expect(status.resources).toEqual({ requests: { memory: '2Gi' }, limits: { memory: '2Gi' } });
      await resize('3Gi', { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] });
      expect(runtime.log.slice(2)).toEqual(['stop main-0 30000', 'start main#1']);
      expect((await pod()).status.containerStatuses[0].allocatedResources).toEqual({ memory: '3Gi' });
      expect((await conditions()).filter(({ type }: { type: string }) => type.startsWith('PodResize'))).toEqual([]);
      expect(await messages()).toContain('Container main resize requires restart');
    });

    it('waits for what the node does not have, and says when it never will', async () => {
      await create(sized('1Gi'));
      await client.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'other' },
        spec: { nodeName: 'n', restartPolicy: 'Always', ...sized('200Gi') },
        status: { phase: 'Pending' },
      });
      await clock.settle();
      await resize('300Gi');
      const asked = 300 * 2 ** 30;
      const has = 256 * 2 ** 30;
      expect(await conditions()).toContainEqual(
        expect.objectContaining({
          type: 'PodResizePending',
          status: 'True',
          reason: 'Infeasible',
          message: `Node didn't have enough capacity: memory, requested: ${asked}, capacity: ${has}`,
        }),
      );
      await resize('100Gi');
      expect(await conditions()).toContainEqual(
        expect.objectContaining({ type: 'PodResizePending', reason: 'Deferred' }),
      );
      expect((await pod()).status.containerStatuses[0].allocatedResources).toEqual({ memory: '1Gi' });
      await client.delete(pods, 'other', { gracePeriodSeconds: 0 });
      await clock.advance(1000);
      expect((await pod()).status.containerStatuses[0].allocatedResources).toEqual({ memory: '100Gi' });
      expect(await conditions()).not.toContainEqual(expect.objectContaining({ type: 'PodResizePending' }));
    });

    it('says what went wrong', async () => {
      await create(sized('2Gi'));
      await clock.settle();
      runtime.updateError = new Error('it uses more already');
      await resize('1Gi');
      expect(await conditions()).toContainEqual(
        expect.objectContaining({ type: 'PodResizeInProgress', reason: 'Error', message: 'it uses more already' }),
      );
    });
  });

  it('waits for readiness gates', async () => {
    await create({ readinessGates: [{ conditionType: 'x.y/z' }] });
    await clock.settle();
    const ready = async () => (await pod()).status.conditions.find((c: { type: string }) => c.type === 'Ready');
    expect(await ready()).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "x.y/z" does not exist.',
    });
    const now = await pod();
    await client.update(
      pods,
      { ...now, status: { ...now.status, conditions: [...now.status.conditions, { type: 'x.y/z', status: 'True' }] } },
      'status',
    );
    await clock.settle();
    expect(await ready()).toMatchObject({ status: 'True' });
  });

  it('shortens the grace when asked, never lengthens it', async () => {
    await create({ containers: [{ name: 'main', image: 'i', lifecycle: { preStop: { sleep: { seconds: 60 } } } }] });
    await clock.settle();
    await client.delete(pods, 'p');
    await clock.advance(1_000);
    const now = await pod();
    const deletionTimestamp = new Date(clock.now() + 3_000).toISOString().replace('.000', '');
    await client.patch(pods, 'p', 'merge', { metadata: { deletionTimestamp, deletionGracePeriodSeconds: 3 } });
    await clock.advance(3_000);
    expect(runtime.log[1]).toBe('stop main-0 2000');
    expect(now.metadata.deletionTimestamp).toBeDefined();
  });
});
