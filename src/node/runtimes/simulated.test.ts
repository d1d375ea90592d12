import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import type { ContainerSpec, ContainerState, Runtime, SandboxSpec } from './runtime.ts';
import { createSimulatedRuntime } from './simulated.ts';

const image = { image: 'i', imageId: 'i', sizeBytes: 1, present: true, user: 0 };

function container(name: string, attempt = 0): ContainerSpec {
  return {
    podUid: 'u',
    name,
    attempt,
    image,
    command: [],
    args: [],
    env: [['A', 'b']],
    mounts: [],
    supplementalGroups: [],
    readOnlyRoot: false,
    privileged: false,
    tty: false,
    stdin: false,
    limits: {},
    logPath: '',
    terminationLogPath: '',
    terminationMessagePath: '',
  };
}
async function sandbox(runtime: Runtime, spec: object, annotations: Record<string, string> = {}): Promise<void> {
  const pod = { metadata: { uid: 'u', annotations }, spec };
  await runtime.createSandbox({
    uid: 'u',
    namespace: 'ns',
    name: 'p',
    node: 'n',
    hostname: 'p',
    hostNetwork: false,
    directory: '',
    dns: { nameservers: [], searches: [], options: [] },
    pod,
  } satisfies SandboxSpec);
}

describe('the simulated runtime', () => {
  it('keeps a script waiting until the host it polls answers', async () => {
    const clock = new ManualClock();
    const up = new Set<string>();
    let changed: () => void = () => {};
    const asked: string[] = [];
    const names = {
      resolves: (name: string, namespace: string, need: string) => {
        asked.push(`${name} ${namespace} ${need}`);
        return up.has(name);
      },
      onChange: (listener: () => void) => {
        changed = listener;
        return () => {};
      },
    };
    const runtime = createSimulatedRuntime({ clock, names });
    const exits: ContainerState[] = [];
    await runtime.start((state) => exits.push(state));
    const command = ['sh', '-c', 'until mongo --host db-0.db:27017; do sleep 2; done'];
    await sandbox(runtime, { initContainers: [{ name: 'init', command }], containers: [] });
    await runtime.startContainer(container('init'));
    await clock.advance(600_000);
    expect(exits).toEqual([]);
    expect(asked[0]).toBe('db-0.db ns connection');
    changed();
    await clock.settle();
    expect(exits).toEqual([]);
    up.add('db-0.db');
    changed();
    await clock.settle();
    expect(exits).toMatchObject([{ name: 'init', exitCode: 0 }]);
  });

  it('stops by SIGTERM, or by SIGKILL at the end of the grace; a shorter grace shortens', async () => {
    const clock = new ManualClock();
    const runtime = createSimulatedRuntime({ clock });
    await runtime.start(() => {});
    await sandbox(
      runtime,
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { 'simulate.perdure.dev/ignore-sigterm.b': 'true' },
    );
    const a = await runtime.startContainer(container('a'));
    const b = await runtime.startContainer(container('b'));
    expect(await runtime.stopContainer(a.id, 30_000)).toMatchObject({ exitCode: 0 });
    const stopped = runtime.stopContainer(b.id, 30_000);
    void runtime.stopContainer(b.id, 5_000);
    await clock.advance(5_000);
    expect(await stopped).toMatchObject({ exitCode: 137, finishedAt: clock.now() });
  });

  it('gives every pod an address of its own and answers a few commands', async () => {
    const clock = new ManualClock();
    const runtime = createSimulatedRuntime({ clock });
    await runtime.start(() => {});
    await sandbox(runtime, { containers: [{ name: 'a' }] });
    const { id } = await runtime.startContainer(container('a'));
    const run = async (...command: string[]) => {
      const session = await runtime.exec(id, command, { tty: false, stdin: false });
      return [Buffer.concat(await session.stdout.toArray()).toString(), await session.exit];
    };
    expect(await run('sh', '-c', 'exit 3')).toEqual(['', 3]);
    expect(await run('hostname')).toEqual(['p\n', 0]);
    expect(await run('env')).toEqual(['A=b\n', 0]);
    expect((await runtime.list()).sandboxes[0]?.ips).toEqual(['10.244.0.1']);
  });

  it('goes by the time that passes, not by what the wall clock says', async () => {
    let skewMs = 0;
    const clock = new ManualClock();
    const runtime = createSimulatedRuntime({
      clock: {
        now: () => clock.now() + skewMs,
        monotonic: () => clock.monotonic(),
        setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
        defer: (callback) => clock.defer(callback),
      },
    });
    await sandbox(runtime, { containers: [{ name: 'main' }] }, { 'simulate.perdure.dev/ready-after': '7s' });
    await runtime.startContainer(container('main'));
    skewMs = -3_600_000;
    await clock.advance(6_000);
    expect(runtime.pushedProbe?.('u', 'main', 'readiness')).toBe(false);
    await clock.advance(1_000);
    expect(runtime.pushedProbe?.('u', 'main', 'readiness')).toBe(true);
  });

  it('is ready when its timer fires, even a moment early', async () => {
    const clock = new ManualClock();
    const answers: unknown[] = [];
    const runtime = createSimulatedRuntime({
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (delayMs, callback) => clock.setTimer(delayMs - 0.5, callback),
        defer: (callback) => clock.defer(callback),
      },
    });
    await runtime.start(
      () => {},
      (uid, name) => answers.push(runtime.pushedProbe?.(uid, name, 'readiness')),
    );
    await sandbox(runtime, { containers: [{ name: 'main' }] }, { 'simulate.perdure.dev/ready-after': '7s' });
    await runtime.startContainer(container('main'));
    await clock.advance(8_000);
    expect(answers).toEqual([true]);
  });

  it('keeps nothing of a pod that is removed, earlier attempts neither', async () => {
    const runtime = createSimulatedRuntime({ clock: new ManualClock() });
    await sandbox(runtime, { containers: [{ name: 'main' }] });
    const { id } = await runtime.startContainer(container('main'));
    await runtime.stopContainer(id, 0);
    await runtime.startContainer(container('main', 1));
    expect((await runtime.list()).containers).toHaveLength(2);
    await runtime.removeSandbox('u');
    expect(await runtime.list()).toEqual({ sandboxes: [], containers: [] });
  });

  it('refuses what is no image reference', async () => {
    const runtime = createSimulatedRuntime({ clock: new ManualClock() });
    await expect(runtime.pullImage('NOT AN IMAGE', 'Always')).rejects.toMatchObject({ reason: 'InvalidImageName' });
    expect((await runtime.pullImage('reg.io:5000/a/b', 'Always')).image).toBe('reg.io:5000/a/b:latest');
    expect((await runtime.pullImage('bitnami/redis:7', 'Always')).image).toBe('docker.io/bitnami/redis:7');
  });
});
