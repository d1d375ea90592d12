import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube, kubectls, WANTED } from './support/kubectl.ts';
import { Perdure, until } from './support/perdure.ts';

const [kubectl] = kubectls(WANTED).slice(-1);
const isRoot = process.getuid?.() === 0;

interface Terminated {
  reason: string;
  exitCode: number;
  message?: string;
}
interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state: { running?: object; waiting?: { reason: string; message?: string }; terminated?: Terminated };
  lastState: { terminated?: Terminated };
  resources?: { limits?: Record<string, string> };
}
interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}
interface Pod {
  status: {
    phase: string;
    reason?: string;
    message?: string;
    conditions: Condition[];
    containerStatuses: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}
interface Node {
  spec: { taints?: { key: string }[] };
  status: { conditions: Condition[] };
}

const pod = (name: string, spec: Record<string, unknown>): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 5, ...spec },
});
const sh = (name: string, script: string, more: object = {}): object => ({
  name,
  image: 'busybox',
  command: ['sh', '-c', script],
  ...more,
});

/** Holds 150 MB until it is killed, and ends as what was killed. */
const HOG = 'mkfifo /tmp/f; (exec 3<>/tmp/f; head -c 200000000 /dev/zero | tail -c 150000000 >&3) & wait $!; exit $?';
const STUBBORN = "trap '' TERM; while :; do sleep 0.2; done";

const PODS = [
  pod('messages', {
    containers: [
      sh('file', 'printf "%5000s" end > /dev/termination-log; exit 3'),
      sh('logs', 'echo last words; exit 4', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
      sh('path', 'echo elsewhere > /tmp/said; exit 0', { terminationMessagePath: '/tmp/said' }),
    ],
  }),
  pod('done', { containers: [sh('main', 'exit 0')] }),
  pod('greedy', {
    restartPolicy: 'Always',
    containers: [sh('main', HOG, { resources: { limits: { memory: '64Mi' } } })],
  }),
  pod('again', {
    volumes: [{ name: 'scratch', emptyDir: {} }],
    initContainers: [
      sh('prepare', 'echo x >> /scratch/rounds', { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }),
    ],
    containers: [
      sh('main', '[ "$(wc -l < /scratch/rounds)" -gt 1 ] || exit 42; exec sleep 7008', {
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
      }),
      sh('other', 'exec sleep 7009'),
    ],
  }),
  pod('sized', {
    restartPolicy: 'Always',
    containers: [
      sh('main', 'exec sleep 7000', { resources: { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } } }),
    ],
  }),
  pod('locked', {
    hostname: 'db',
    subdomain: 'data',
    setHostnameAsFQDN: true,
    hostAliases: [{ ip: '192.0.2.7', hostnames: ['legacy'] }],
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['192.0.2.53'], searches: ['example.org'], options: [{ name: 'ndots', value: '1' }] },
    volumes: [{ name: 'scratch', emptyDir: {} }],
    containers: [
      sh(
        'main',
        'hostname; grep legacy /etc/hosts; cat /etc/resolv.conf; grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status; ' +
          'touch /etc/x /tmp/x 2>/dev/null || echo read-only; touch /scratch/x && echo but its volume; ' +
          'echo 1 2>/dev/null > /proc/sys/vm/laptop_mode || echo not the machine',
        {
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
          securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'], add: ['CHOWN'] } },
        },
      ),
    ],
  }),
  pod('shared', {
    shareProcessNamespace: true,
    restartPolicy: 'Always',
    containers: [sh('one', 'exec sleep 7001'), sh('two', 'exec sleep 7002')],
  }),
  pod('debugged', { restartPolicy: 'Always', containers: [sh('main', 'exec sleep 7003')] }),
  pod('overdue', { activeDeadlineSeconds: 1, containers: [sh('main', 'exec sleep 7004')] }),
  pod('unhealthy', {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 3600,
    containers: [
      sh('main', STUBBORN, {
        livenessProbe: {
          exec: { command: ['false'] },
          periodSeconds: 1,
          failureThreshold: 1,
          terminationGracePeriodSeconds: 1,
        },
      }),
    ],
  }),
  pod('polite', {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 60,
    containers: [
      sh('main', "trap 'exit 0' TERM; while :; do sleep 0.1; done", {
        lifecycle: { preStop: { sleep: { seconds: 2 } } },
      }),
    ],
  }),
  pod('hoarder', {
    volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }],
    containers: [
      sh('main', 'head -c 3000000 /dev/zero > /scratch/f; exec sleep 7005', {
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      }),
    ],
  }),
  pod('elsewhere', { nodeName: 'node-2', containers: [sh('main', 'exec sleep 7006')] }),
  ...(isRoot
    ? [
        pod('other-user', {
          securityContext: { runAsUser: 1234, runAsGroup: 2345, fsGroup: 3456 },
          volumes: [{ name: 'scratch', emptyDir: {} }],
          containers: [
            sh('main', 'id -u; id -g; id -G; touch /scratch/x && stat -c "%u %g" /scratch/x', {
              volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
            }),
          ],
        }),
      ]
    : []),
];

/** What only shows with real processes. */
describe.skipIf(kubectl === undefined)('pods', () => {
  const perdure = new Perdure();
  let kube: Kube;
  const get = (name: string): Promise<Pod> => kube.json<Pod>(['get', 'pod', name]);
  const condition = (conditions: readonly Condition[], type: string): Condition | undefined =>
    conditions.find((each) => each.type === type);
  const inPhase = (name: string, phase: string): Promise<Pod> =>
    until(`pod ${name} is ${phase}`, async () => {
      const found = await get(name);
      return found.status.phase === phase ? found : null;
    }) as Promise<Pod>;
  const node = (name: string): Promise<Node> => kube.json<Node>(['get', 'node', name]);

  beforeAll(async () => {
    await perdure.up('--nodes', '2');
    kube = new Kube(kubectl!, perdure.kubeconfig);
    await kube.ok(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: PODS }) });
  });
  afterAll(() => perdure.remove());

  it('says how containers ended: code, reason, and the message they left', async () => {
    const { status } = await inPhase('messages', 'Failed');
    const [file, logs, path] = status.containerStatuses.map(({ state }) => state.terminated!);
    expect(file).toMatchObject({ reason: 'Error', exitCode: 3 });
    expect(file!.message).toHaveLength(4096);
    expect(file!.message).toMatch(/^ +end$/);
    expect(logs).toMatchObject({ reason: 'Error', exitCode: 4, message: 'last words' });
    expect(path).toMatchObject({ reason: 'Completed', exitCode: 0, message: 'elsewhere\n' });
    expect(condition(status.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
    const done = await inPhase('done', 'Succeeded');
    expect(Object.fromEntries(done.status.conditions.map((each) => [each.type, [each.status, each.reason]]))).toEqual({
      PodReadyToStartContainers: ['False', undefined],
      Initialized: ['True', 'PodCompleted'],
      Ready: ['False', 'PodCompleted'],
      ContainersReady: ['False', 'PodCompleted'],
      PodScheduled: ['True', undefined],
    });
  });

  it('kills a container above its memory limit, and starts it again', async () => {
    const [status] = (await until('greedy was killed', async () => {
      const { containerStatuses } = (await get('greedy')).status;
      return containerStatuses?.[0]?.lastState.terminated === undefined ? null : containerStatuses;
    }))!;
    expect(status!.lastState.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(status!.restartCount).toBeGreaterThan(0);
  });

  it('is given more memory without a restart', async () => {
    await kube.ok(['wait', '--for=condition=Ready', 'pod/sized', '--timeout=60s']);
    const memory = '96Mi';
    const resources = { requests: { memory }, limits: { memory } };
    const patch = JSON.stringify({ spec: { containers: [{ name: 'main', resources }] } });
    await kube.ok(['patch', 'pod', 'sized', '--subresource', 'resize', '-p', patch]);
    const status = await until('the resize is done', async () => {
      const [found] = (await get('sized')).status.containerStatuses;
      return found?.resources?.limits?.memory === memory ? found : null;
    });
    expect(status).toMatchObject({ ready: true, restartCount: 0, allocatedResources: { memory } });
  });

  it('starts a pod over with all its containers when a rule says so', async () => {
    const { status } = (await until('both run, main for the second time', async () => {
      const found = await get('again');
      const [main, other] = found.status.containerStatuses ?? [];
      return main?.ready && main.restartCount === 1 && other?.ready ? found : null;
    }))!;
    expect(status.containerStatuses[0]!.lastState.terminated).toMatchObject({ exitCode: 42 });
    expect((await kube.ok(['exec', 'again', '-c', 'main', '--', 'cat', '/scratch/rounds'])).trim()).toBe('x\nx');
  });

  it('gives a container the names, the resolver and no more rights than its pod asks for', async () => {
    await inPhase('locked', 'Succeeded');
    expect((await kube.ok(['logs', 'locked'])).trimEnd().split('\n')).toEqual([
      'db.data.default.svc.cluster.local',
      '192.0.2.7\tlegacy',
      'search example.org',
      'nameserver 192.0.2.53',
      'options ndots:1',
      'CapBnd:\t0000000000000001',
      'NoNewPrivs:\t1',
      'read-only',
      'but its volume',
      'not the machine',
    ]);
  });

  it.skipIf(!isRoot)('runs as the user and with the groups asked for (needs root)', async () => {
    await inPhase('other-user', 'Succeeded');
    const lines = (await kube.ok(['logs', 'other-user'])).trimEnd().split('\n');
    expect(lines).toEqual(['1234', '2345', '2345 3456', '1234 3456']);
  });

  it('shows containers each other where the pod shares its processes, and a debug container its target', async () => {
    const all = 'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done';
    await kube.ok(['wait', '--for=condition=Ready', 'pod/shared', 'pod/debugged', '--timeout=60s']);
    expect(await kube.ok(['exec', 'shared', '-c', 'two', '--', 'sh', '-c', all])).toMatch(/^sleep 7001/m);
    expect(await kube.ok(['exec', 'debugged', '--', 'sh', '-c', all])).not.toContain('sleep 7001');
    await kube.ok(['debug', 'debugged', '--image=busybox', '--target=main', '-c', 'look', '--', 'sh', '-c', all]);
    const [look] = (await until('the debug container is through', async () => {
      const { ephemeralContainerStatuses } = (await get('debugged')).status;
      return ephemeralContainerStatuses?.[0]?.state.terminated === undefined ? null : ephemeralContainerStatuses;
    }))!;
    expect(look!.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(await kube.ok(['logs', 'debugged', '-c', 'look'])).toMatch(/^sleep 7003/m);
    expect((await get('debugged')).status.containerStatuses[0]).toMatchObject({ ready: true, restartCount: 0 });
  });

  it('ends a pod at its deadline, and a failing container within the grace of its probe', async () => {
    const { status } = await inPhase('overdue', 'Failed');
    expect(status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    // Its own grace is an hour.
    await until(
      'unhealthy was killed',
      async () => (await get('unhealthy')).status.containerStatuses[0]!.restartCount > 0,
    );
    expect((await get('unhealthy')).status.containerStatuses[0]!.lastState.terminated).toMatchObject({ exitCode: 137 });
    await kube.ok(['delete', 'pod', 'unhealthy', '--now', '--wait=false']);
  });

  it('lets a preStop hook sleep before the signal', async () => {
    await kube.ok(['wait', '--for=condition=Ready', 'pod/polite', '--timeout=60s']);
    const asked = performance.now();
    await kube.ok(['delete', 'pod', 'polite', '--wait=false']);
    await until('polite is gone', async () => (await kube.try(['get', 'pod', 'polite'])).code !== 0);
    // It answers the signal at once: these two seconds are the hook's.
    expect(performance.now() - asked).toBeGreaterThan(1_900);
  });

  it('evicts a pod that fills its emptyDir beyond the limit', async () => {
    const { status } = await inPhase('hoarder', 'Failed');
    expect(status).toMatchObject({
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi". ',
    });
  });

  it('shuts a node down when its Node is asked to, and starts it again', async () => {
    await inPhase('elsewhere', 'Running');
    await kube.ok(['annotate', 'node', 'node-2', 'perdure.dev/shutdown=20s,5s']);
    const { status } = await inPhase('elsewhere', 'Failed');
    expect(status).toMatchObject({
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    });
    expect(condition(status.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
    });
    expect(condition((await node('node-2')).status.conditions, 'Ready')).toMatchObject({
      status: 'False',
      message: 'node is shutting down',
    });
    await kube.ok(['annotate', 'node', 'node-2', 'perdure.dev/shutdown-']);
    await kube.ok(['wait', '--for=condition=Ready', 'node/node-2', '--timeout=60s']);
  });

  it('leaves no process of a pod that is gone', async () => {
    await kube.ok(['delete', 'pods', '--all', '--now', '--timeout=90s']);
    const { execFileSync } = await import('node:child_process');
    const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(all.split('\n').filter((line) => /^sleep 700\d$/.test(line))).toEqual([]);
  });
});

describe.skipIf(kubectl === undefined)('a node whose disk is full', () => {
  const perdure = new Perdure();
  afterAll(() => perdure.remove());

  it('says so, is tainted, and gives its pods up', async () => {
    // More than any disk has left: the node is short from the start.
    await perdure.up('--eviction-hard', 'nodefs.available<99.9%');
    const kube = new Kube(kubectl!, perdure.kubeconfig);
    await kube.ok(['create', '-f', '-'], {
      input: JSON.stringify(pod('victim', { restartPolicy: 'Always', containers: [sh('main', 'exec sleep 7007')] })),
    });
    const { status } = (await until('the pod is evicted', async () => {
      const found = await kube.json<Pod>(['get', 'pod', 'victim']);
      return found.status.phase === 'Failed' ? found : null;
    }))!;
    expect(status.reason).toBe('Evicted');
    expect(status.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: \d+[KMG]?i?, available: \d+[KMG]?i?\. /,
    );
    const found = await kube.json<Node>(['get', 'node', 'node-1']);
    expect(found.status.conditions.find((each) => each.type === 'DiskPressure')).toMatchObject({
      status: 'True',
      reason: 'KubeletHasDiskPressure',
      message: 'kubelet has disk pressure',
    });
    await until('the node is tainted', async () =>
      ((await kube.json<Node>(['get', 'node', 'node-1'])).spec.taints ?? []).some(
        (taint) => taint.key === 'node.kubernetes.io/disk-pressure',
      ),
    );
  });
});
