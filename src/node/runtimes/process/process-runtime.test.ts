import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { builtInImages, thisMachine } from '../../images/built-in.ts';
import { ImageCatalog } from '../../images/catalog.ts';
import type { ContainerSpec, ContainerState } from '../runtime.ts';
import { type ContractWorld, containerSpec, describeRuntime, sandboxSpec } from '../runtime-contract.ts';
import { ProcessRuntime } from './process-runtime.ts';
import { isAlive, startTimeOf } from './processes.ts';
import { detectSupport } from './support.ts';

const { missing, root } = detectSupport();
if (missing.length > 0)
  describe.skip(`process runtime: this machine has no ${missing.join(', ')}`, () => it('needs it', () => undefined));

const WAIT = { timeout: 30_000, interval: 50 };
const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

async function open(
  directory: string,
  onExit: (container: ContainerState) => void,
  network: 'loopback' | 'namespaces',
  controlGroups = true,
): Promise<ContractWorld> {
  const catalog = new ImageCatalog(builtInImages(thisMachine('/nowhere')));
  const runtime = new ProcessRuntime({
    clock: systemClock,
    catalog,
    directory: join(directory, 'runtime'),
    dataDirectory: directory,
    network,
    controlGroups,
  });
  await runtime.start(onExit);
  const dispose = async (): Promise<void> => {
    for (const sandbox of (await runtime.list()).sandboxes) await runtime.removeSandbox(sandbox.uid);
    await runtime.close();
  };
  return { runtime, directory, settle: (promise) => promise, dispose };
}
function fresh(): string {
  const directory = mkdtempSync(join(tmpdir(), 'perdure-process-'));
  directories.push(directory);
  return directory;
}

if (missing.length === 0) {
  describeRuntime('process, loopback', (onExit) => open(fresh(), onExit, 'loopback'));
  describe.skipIf(!root)('own networks', () => {
    describeRuntime('process, network namespaces', (onExit) => open(fresh(), onExit, 'namespaces'));
  });
}

describe.skipIf(missing.length > 0)('process runtime', () => {
  async function inWorld(
    test: (world: ContractWorld, exit: Promise<ContainerState>) => Promise<void>,
    network: 'loopback' | 'namespaces' = 'loopback',
    controlGroups = true,
  ) {
    let exited: (state: ContainerState) => void = () => undefined;
    const exit = new Promise<ContainerState>((resolve) => {
      exited = resolve;
    });
    const world = await open(fresh(), (state) => exited(state), network, controlGroups);
    try {
      await world.runtime.createSandbox(sandboxSpec(world.directory));
      await test(world, exit);
    } finally {
      await world.dispose();
    }
  }
  const run = async (
    world: ContractWorld,
    script: string,
    change: Partial<ContainerSpec> = {},
  ): Promise<ContainerState> =>
    world.runtime.startContainer(await containerSpec(world, { command: ['sh', '-c', script], ...change }));
  const log = (world: ContractWorld, name = 'c'): string[] =>
    readFileSync(`${world.directory}/pods/uid-1/${name}-0.log`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\S+Z /, ''));

  it('logs both outputs, reports the exit code and the termination message', () =>
    inWorld(async (world, exit) => {
      await run(world, 'echo one; echo two >&2; printf three; echo bye > /dev/termination-log; exit 3');
      expect(await exit).toMatchObject({ phase: 'exited', exitCode: 3, reason: 'Error' });
      expect(log(world).sort()).toEqual(['stderr F two', 'stdout F one', 'stdout P three']);
      expect(readFileSync(`${world.directory}/pods/uid-1/c-0.termination`, 'utf8')).toBe('bye\n');
    }));

  it('kills what runs when the power goes, starts nothing, and finds it exited afterwards', () =>
    inWorld(async (world, exit) => {
      const { id } = await run(world, 'trap "" TERM; sleep 1000');
      let told = false;
      void exit.then(() => {
        told = true;
      });
      await (world.runtime as ProcessRuntime).powerOff();
      await expect(run(world, 'true', { attempt: 1 })).rejects.toThrow('powered off');
      await world.runtime.close();
      const next = await open(world.directory, () => undefined, 'loopback');
      const { sandboxes, containers } = await next.runtime.list();
      expect([told, sandboxes, containers.map((one) => [one.id, one.phase, one.exitCode])]).toEqual([
        false,
        [],
        [[id, 'exited', 137]],
      ]);
      await next.dispose();
    }));

  it('shows volumes, its own hosts and host name, and nothing private of the host', () =>
    inWorld(async (world, exit) => {
      const volume = join(world.directory, 'volume');
      mkdirSync(volume);
      writeFileSync(join(volume, 'f'), 'from the volume\n');
      const mounts = [
        { hostPath: volume, containerPath: '/var/lib/some/where', readOnly: false },
        { hostPath: volume, containerPath: '/data', readOnly: true },
      ];
      const script =
        'cat /var/lib/some/where/f; echo x > /var/lib/some/where/new; echo x > /data/no || echo read-only; hostname; grep web-uid-1 /etc/hosts | cut -f2; ' +
        'head -1 /etc/resolv.conf; echo "$$ $HELLO $(ls -A /home | wc -l)"; touch /etc/ours && echo private; [ -e "$OUTSIDE" ] || echo hidden';
      await run(world, script, {
        mounts,
        env: [
          ['HELLO', 'a b\'"$(id)'],
          ['OUTSIDE', volume],
          ['odd.name', '1'],
        ],
      });
      await exit;
      expect(
        log(world)
          .filter((line) => line.startsWith('stdout'))
          .map((line) => line.slice(9)),
      ).toEqual([
        'from the volume',
        'read-only',
        'web-uid-1',
        'web-uid-1',
        'search default.svc.cluster.local',
        '1 a b\'"$(id) 0',
        'private',
        'hidden',
      ]);
      expect(readFileSync(join(volume, 'new'), 'utf8')).toBe('x\n');
    }));

  it('lets PID 1 ignore SIGTERM without a handler, kills after the grace; a handler ends it', () =>
    inWorld(async (world) => {
      const stubborn = await run(world, 'sleep 1000; :');
      const gentle = await run(
        world,
        "trap 'exit 7' TERM; echo ready > /dev/termination-log; while :; do sleep 0.05; done",
        { name: 'g' },
      );
      await expect.poll(() => readFileSync(`${world.directory}/pods/uid-1/g-0.termination`, 'utf8')).toBe('ready\n');
      expect(await world.runtime.stopContainer(gentle.id, 60_000)).toMatchObject({ exitCode: 7 });
      expect(await world.runtime.stopContainer(stubborn.id, 50)).toMatchObject({ exitCode: 137, reason: 'Error' });
    }));

  it('executes inside, with exit code and stdin', () =>
    inWorld(async (world) => {
      // PID 1 may be looked at from inside only when it has given up what the set-up needed.
      const script = 'echo ready > /dev/termination-log; exec sleep 1000';
      const state = await run(world, script, { env: [['A', 'b']] });
      await expect.poll(() => readFileSync(`${world.directory}/pods/uid-1/c-0.termination`, 'utf8')).toBe('ready\n');
      const session = await world.runtime.exec(
        state.id,
        [
          'sh',
          '-c',
          'cat; echo "$A"; [ "$(readlink /proc/1/ns/pid)" = "$(readlink /proc/self/ns/pid)" ] && echo same; exit 4',
        ],
        {
          tty: false,
          stdin: true,
        },
      );
      session.stdin!.end('in\n');
      expect(await text(session.stdout)).toBe('in\nb\nsame\n');
      expect(await session.exit).toBe(4);
    }));

  it('gives a container a terminal of its own, with input, size and exit code', () =>
    inWorld(async (world, exit) => {
      const state = await run(
        world,
        'tty; read -r x; while [ "$(stty size)" = "0 0" ]; do sleep 0.02; done; stty size; echo "got $x"; exit 6',
        { tty: true, stdin: true },
      );
      await expect.poll(() => log(world), WAIT).toEqual(['stdout F /dev/console']);
      const session = await world.runtime.attach(state.id, { tty: true, stdin: true });
      expect(session.stderr).toBeNull();
      session.resize(91, 33);
      session.stdin!.write('w\u00f6rd\n');
      expect(await text(session.stdout)).toContain('33 91\r\ngot w\u00f6rd\r\n');
      expect(await session.exit).toBe(6);
      expect(await exit).toMatchObject({ exitCode: 6, reason: 'Error' });
    }));

  it('executes on a terminal, which a window change reaches', () =>
    inWorld(async (world) => {
      const state = await run(world, 'exec sleep 1000');
      const command = ['sh', '-c', 'trap "stty size; exit 5" WINCH; tty; while :; do sleep 0.02; done'];
      const session = await world.runtime.exec(state.id, command, { tty: true, stdin: true });
      let shown = '';
      session.stdout.on('data', (bytes) => {
        if (shown === '') session.resize(91, 33);
        shown += bytes;
      });
      expect(await session.exit).toBe(5);
      expect(shown).toBe('/dev/pts/0\r\n33 91\r\n');
    }));

  it('ends the input of stdinOnce with its first client, and keeps other input open', () =>
    inWorld(async (world, exit) => {
      const spec = { name: 'open', stdin: true };
      const open = await run(world, 'while read -r x; do echo "$x"; done', spec);
      const first = await world.runtime.attach(open.id, { tty: false, stdin: true });
      first.stdin!.end('one\n');
      await expect.poll(() => log(world, 'open')).toEqual(['stdout F one']);
      first.kill();
      const once = await run(world, 'cat; echo end', { name: 'once', stdin: true, stdinOnce: true });
      const session = await world.runtime.attach(once.id, { tty: false, stdin: true });
      session.stdin!.end('two\n');
      expect(await text(session.stdout)).toBe('two\nend\n');
      expect(await exit).toMatchObject({ name: 'once', exitCode: 0 });
      expect((await world.runtime.list()).containers.find((one) => one.name === 'open')?.phase).toBe('running');
    }));

  it('lets the containers of a pod see and outlive each other, and leaves none of their children', () =>
    inWorld(async (world) => {
      const shared = { pidNamespace: 'pod' } as const;
      const first = await run(world, '(sleep 4001 & sleep 0 &); exec sleep 4003', shared);
      const second = await run(world, 'exec sleep 4004', { ...shared, name: 'd' });
      const seen = async (id: string): Promise<string[]> => {
        const list =
          'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; sed -n "s/^State:.*(zombie)/zombie/p" $p/status; echo; done';
        const { stdout } = await world.runtime.exec(id, ['sh', '-c', list], { tty: false, stdin: false });
        return (await text(stdout!))
          .split('\n')
          .flatMap((line) => /^(?:sleep 4\d+|zombie)/.exec(line)?.[0] ?? [])
          .sort();
      };
      await expect.poll(() => seen(second.id), WAIT).toEqual(['sleep 4001', 'sleep 4003', 'sleep 4004']);
      const debug = await run(world, 'exec sleep 4005', { name: 'e', pidNamespace: { container: second.id } });
      expect(await seen(debug.id)).toContain('sleep 4003');
      expect(await world.runtime.stopContainer(first.id, 0)).toMatchObject({ exitCode: 137 });
      await expect.poll(() => seen(second.id), WAIT).toEqual(['sleep 4004', 'sleep 4005']);
      await world.runtime.removeSandbox('uid-1');
      expect((await world.runtime.list()).containers).toEqual([]);
    }));

  it('grants few rights, and no way to more', () =>
    inWorld(async (world, exit) => {
      const script =
        'grep -E "^(CapBnd|NoNewPrivs):" /proc/self/status; echo 1 2>/dev/null > /proc/sys/vm/laptop_mode || echo locked; ' +
        'mknod /tmp/disk b 7 0 2>/dev/null || echo no devices; touch /etc/x 2>/dev/null || touch /tmp/x 2>/dev/null || touch /opt/x 2>/dev/null || echo read-only; touch /work/x /var/tmp/x && echo but volumes';
      const volume = join(world.directory, 'volume');
      mkdirSync(volume);
      const mounts = ['/work', '/var/tmp'].map((path) => ({ hostPath: volume, containerPath: path, readOnly: false }));
      await run(world, script, { mounts, readOnlyRoot: true, capabilities: ['CHOWN', 'NET_BIND_SERVICE'] });
      await exit;
      expect(log(world)).toEqual([
        'stdout F CapBnd:\t0000000000000401',
        'stdout F NoNewPrivs:\t1',
        'stdout F locked',
        'stdout F no devices',
        'stdout F read-only',
        'stdout F but volumes',
      ]);
    }));

  // Holds 150 MB until it is killed, and ends as what was killed.
  const HOG = 'mkfifo /tmp/f; (exec 3<>/tmp/f; head -c 200000000 /dev/zero | tail -c 150000000 >&3) & wait $!; exit $?';

  it.each([true, false])('kills what is above its memory limit (control groups: %s)', (controlGroups) =>
    inWorld(
      async (world, exit) => {
        await run(world, HOG, { limits: { memoryBytes: 64 << 20 } });
        expect(await exit).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
      },
      'loopback',
      controlGroups,
    ));

  it('asks with the signal the pod names', () =>
    inWorld(async (world) => {
      const one = await run(world, "trap 'exit 5' USR2; echo up; while :; do sleep 0.05; done", {
        stopSignal: 'SIGUSR2',
      });
      await expect.poll(() => log(world), WAIT).toEqual(['stdout F up']);
      expect(await world.runtime.stopContainer(one.id, 30_000)).toMatchObject({ exitCode: 5 });
    }));

  it('says what is wrong with a program that is not there', () =>
    inWorld(async (world) => {
      const spec = await containerSpec(world, { command: ['no-such-program'] });
      await expect(world.runtime.startContainer(spec)).rejects.toThrow(
        'exec: "no-such-program": executable file not found in $PATH',
      );
      await expect(world.runtime.pullImage('example.com/unknown:1', 'Always')).rejects.toThrow('images.yaml');
      expect((await world.runtime.list()).containers).toEqual([]);
    }));

  it('adopts what runs, with the log of the time between, and what ended meanwhile', () =>
    inWorld(async (world) => {
      const running = await run(world, 'while :; do [ -e /data/go ] && echo later && rm /data/go; sleep 0.05; done', {
        mounts: [{ hostPath: world.directory, containerPath: '/data', readOnly: false }],
      });
      const short = await run(world, 'while [ ! -e /data/end ]; do sleep 0.02; done; exit 9', {
        name: 's',
        mounts: [{ hostPath: world.directory, containerPath: '/data', readOnly: false }],
      });
      await world.runtime.close();
      writeFileSync(join(world.directory, 'end'), '');
      writeFileSync(join(world.directory, 'go'), '');
      const identity = { pid: short.pid!, startTime: startTimeOf(short.pid!) ?? '' };
      await expect.poll(() => isAlive(identity)).toBe(false);
      const exits: string[] = [];
      const again = await open(world.directory, (state) => exits.push(`${state.name} ${state.exitCode}`), 'loopback');
      await expect.poll(() => exits).toContain('s 9');
      expect((await again.runtime.list()).containers.find((one) => one.name === 'c')).toMatchObject({
        phase: 'running',
        pid: running.pid,
      });
      await expect.poll(() => log(world), WAIT).toEqual(['stdout F later']);
      const stopped = await again.runtime.stopContainer(running.id, 0);
      expect(stopped).toMatchObject({ phase: 'exited', exitCode: 137 });
      await again.dispose();
    }));

  it('drops to the user asked for', (context) => {
    if (!root) context.skip('needs root');
    return inWorld(async (world, exit) => {
      await run(world, 'id -u; id -g; id -G', { runAsUser: 1234, runAsGroup: 2345, supplementalGroups: [3456] });
      await exit;
      expect(log(world)).toEqual(['stdout F 1234', 'stdout F 2345', 'stdout F 2345 3456']);
    });
  });

  it('reaches ports of a pod in its own network, also those on its loopback only', (context) => {
    if (!root) context.skip('needs root');
    return inWorld(async (world) => {
      const serve = (host: string, port: number): string =>
        `require('net').createServer(s=>s.end('${host}')).listen(${port},'${host}',()=>console.log('up'));`;
      const image = await world.runtime.pullImage('node', 'IfNotPresent');
      await world.runtime.startContainer(
        await containerSpec(world, {
          image,
          command: ['node', '-e', `${serve('0.0.0.0', 8001)}${serve('127.0.0.1', 8002)}`],
        }),
      );
      await expect.poll(() => log(world).length, { timeout: 10_000 }).toBe(2);
      expect(await text(await world.runtime.connect('uid-1', 8001))).toBe('0.0.0.0');
      expect(await text(await world.runtime.connect('uid-1', 8002, '127.0.0.1'))).toBe('127.0.0.1');
      await expect(world.runtime.connect('uid-1', 8003)).rejects.toThrow('ECONNREFUSED');
    }, 'namespaces');
  });

  it('plays the postgres image with PostgreSQL of the machine', (context) => {
    if (!root || !builtInImages(thisMachine('/nowhere')).some((entry) => entry.match === 'library/postgres')) {
      context.skip('needs root and PostgreSQL');
    }
    return inWorld(async (world) => {
      const image = await world.runtime.pullImage('postgres:15', 'IfNotPresent');
      const data = join(world.directory, 'data');
      const scripts = join(world.directory, 'scripts');
      for (const directory of [data, scripts]) mkdirSync(directory);
      writeFileSync(join(scripts, 'a.sql'), 'CREATE TABLE t AS SELECT 42 AS x;\n');
      const mounts = [
        { hostPath: data, containerPath: '/var/lib/postgresql/data', readOnly: false },
        { hostPath: scripts, containerPath: '/docker-entrypoint-initdb.d', readOnly: true },
      ];
      const env = [
        ['POSTGRES_PASSWORD', "it's"],
        ['POSTGRES_DB', 'shop'],
        ['PGDATA', '/var/lib/postgresql/data/pgdata'],
      ] as const;
      // The address is the machine's: another run of this test may be at work beside this one.
      const port = String(20_000 + (process.pid % 10_000));
      const state = await world.runtime.startContainer(
        await containerSpec(world, {
          image,
          command: [],
          args: ['postgres', '-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`],
          mounts,
          env,
        }),
      );
      const psql = async (): Promise<string> => {
        const command = [
          'psql',
          '-h',
          '127.0.0.1',
          '-p',
          port,
          '-U',
          'postgres',
          '-d',
          'shop',
          '-tAc',
          'SELECT x FROM t',
        ];
        const session = await world.runtime.exec(state.id, ['env', "PGPASSWORD=it's", ...command], {
          tty: false,
          stdin: false,
        });
        session.stderr?.resume();
        return text(session.stdout);
      };
      await expect.poll(psql, { timeout: 15_000, interval: 200 }).toBe('42\n');
      expect(await world.runtime.stopContainer(state.id, 30_000)).toMatchObject({ exitCode: 0, reason: 'Completed' });
    });
  });
});
