import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerSpec, ContainerState, Runtime, SandboxSpec } from './runtime.ts';

export interface ContractWorld {
  readonly runtime: Runtime;
  /** An absolute directory the runtime may write below. */
  readonly directory: string;
  /** Lets time pass until the promise settles: at once on a real clock. */
  settle<T>(promise: Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

export function sandboxSpec(directory: string, uid = 'uid-1'): SandboxSpec {
  return {
    uid,
    namespace: 'default',
    name: `web-${uid}`,
    node: 'n',
    hostname: `web-${uid}`,
    hostNetwork: false,
    directory: `${directory}/pods/${uid}`,
    dns: { nameservers: ['10.96.0.10'], searches: ['default.svc.cluster.local'], options: ['ndots:5'] },
    pod: {
      metadata: { name: `web-${uid}`, namespace: 'default', uid },
      spec: { containers: [{ name: 'c', image: 'busybox' }] },
    },
  };
}

export async function containerSpec(
  world: Pick<ContractWorld, 'runtime' | 'directory'>,
  change: Partial<ContainerSpec> = {},
): Promise<ContainerSpec> {
  const podUid = change.podUid ?? 'uid-1';
  const base = `${world.directory}/pods/${podUid}/${change.name ?? 'c'}-${change.attempt ?? 0}`;
  return {
    podUid,
    name: 'c',
    attempt: 0,
    image: await world.runtime.pullImage('busybox', 'IfNotPresent'),
    command: ['sleep', '1000'],
    args: [],
    env: [],
    mounts: [],
    supplementalGroups: [],
    readOnlyRoot: false,
    privileged: false,
    tty: false,
    stdin: false,
    limits: {},
    logPath: `${base}.log`,
    terminationLogPath: `${base}.termination`,
    terminationMessagePath: '/dev/termination-log',
    ...change,
  };
}

/** What every runtime must do (design D6). `make` starts the runtime with this callback. */
export function describeRuntime(
  name: string,
  make: (onExit: (container: ContainerState) => void) => Promise<ContractWorld>,
): void {
  describe(`runtime contract: ${name}`, () => {
    let world: ContractWorld;
    let exits: ContainerState[];
    beforeEach(async () => {
      exits = [];
      world = await make((container) => exits.push(container));
    });
    afterEach(() => world.dispose());

    it('resolves images, and refuses what is no name', async () => {
      const image = await world.runtime.pullImage('busybox', 'IfNotPresent');
      expect(image.image).toBe('docker.io/library/busybox:latest');
      await expect(world.runtime.pullImage('Not An Image', 'Always')).rejects.toMatchObject({
        reason: 'InvalidImageName',
      });
    });

    it('makes a sandbox once, and gives pods different addresses', async () => {
      const first = await world.runtime.createSandbox(sandboxSpec(world.directory));
      expect(await world.runtime.createSandbox(sandboxSpec(world.directory))).toEqual(first);
      const second = await world.runtime.createSandbox(sandboxSpec(world.directory, 'uid-2'));
      expect(second.ips[0]).not.toBe(first.ips[0]);
      expect((await world.runtime.list()).sandboxes.map((one) => one.uid).sort()).toEqual(['uid-1', 'uid-2']);
    });

    it('runs a container until it is stopped, and tells its exit once', async () => {
      const { runtime } = world;
      await runtime.createSandbox(sandboxSpec(world.directory));
      const state = await world.settle(runtime.startContainer(await containerSpec(world)));
      expect(state).toMatchObject({ phase: 'running', podUid: 'uid-1', name: 'c', attempt: 0 });
      expect((await runtime.list()).containers).toMatchObject([{ id: state.id, phase: 'running' }]);
      const stopped = await world.settle(
        Promise.all([runtime.stopContainer(state.id, 60_000), runtime.stopContainer(state.id, 0)]),
      );
      expect(stopped[1]).toMatchObject({ phase: 'exited' });
      expect(stopped[1].exitCode).toBeTypeOf('number');
      expect(exits.map((one) => one.id)).toEqual([state.id]);
      await runtime.removeContainer(state.id);
      expect((await runtime.list()).containers).toEqual([]);
    });

    it('never has a container of one attempt twice', async () => {
      await world.runtime.createSandbox(sandboxSpec(world.directory));
      const spec = await containerSpec(world);
      const first = await world.settle(world.runtime.startContainer(spec));
      const second = await world.settle(world.runtime.startContainer(spec).catch(() => first));
      expect(second.pid).toBe(first.pid);
      expect((await world.runtime.list()).containers.length).toBe(1);
    });

    it('kills members when its watchdog bites, and starts none until it is armed again', async () => {
      const { runtime, directory } = world;
      if (runtime.watchdog === undefined) return;
      const bare = sandboxSpec(directory, 'uid-2');
      const plain = { ...bare, pod: { ...bare.pod, metadata: { ...bare.pod.metadata, name: 'reader' } } };
      const owner = { kind: 'StatefulSet', controller: true };
      const { pod } = sandboxSpec(directory);
      const member = { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
      await runtime.createSandbox({ ...sandboxSpec(directory), pod: member });
      await runtime.createSandbox(plain);
      const fenced = await world.settle(runtime.startContainer(await containerSpec(world)));
      const other = await world.settle(runtime.startContainer(await containerSpec(world, { podUid: 'uid-2' })));
      runtime.watchdog(0);
      expect(await world.settle(runtime.stopContainer(fenced.id, 60_000))).toMatchObject({ exitCode: 137 });
      const again = await containerSpec(world, { attempt: 1 });
      await expect(runtime.startContainer(again)).rejects.toThrow('lease');
      runtime.watchdog(60_000);
      expect(await world.settle(runtime.startContainer(again))).toMatchObject({ phase: 'running' });
      const running = (await runtime.list()).containers.filter(({ phase }) => phase === 'running');
      expect(running.map(({ podUid }) => podUid).sort()).toEqual(['uid-1', 'uid-2']);
      expect(running.map(({ id }) => id)).toContain(other.id);
      runtime.watchdog(null);
    });

    it('kills what is left when the sandbox goes, as often as asked', async () => {
      await world.runtime.createSandbox(sandboxSpec(world.directory));
      await world.settle(world.runtime.startContainer(await containerSpec(world)));
      await world.settle(world.runtime.removeSandbox('uid-1'));
      await world.settle(world.runtime.removeSandbox('uid-1'));
      expect(await world.runtime.list()).toEqual({ sandboxes: [], containers: [] });
    });
  });
}
