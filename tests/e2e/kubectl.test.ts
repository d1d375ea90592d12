import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, Kube, type Kubectl, kubectls, WANTED } from './support/kubectl.ts';
import { Perdure, root, until } from './support/perdure.ts';

const EXAMPLE = join(root, 'examples', 'ledger-store');
const DESCRIBED = [
  'namespace/default',
  'node',
  'pod/ledger-store-0',
  'service/ledger-store',
  'endpoints/ledger-store',
  'endpointslice',
  'configmap/settings',
  'secret/hidden',
  'serviceaccount/default',
  'events',
  'pv',
  'pvc/data-ledger-store-0',
  'storageclass/standard',
  'lease -n kube-node-lease',
  'statefulset/ledger-store',
  'controllerrevision',
  'pdb/ledger-store',
];

/** Show 3: every command people use, with each version of kubectl, against real processes. */
function suite(kubectl: Kubectl): void {
  const perdure = new Perdure();
  const kube = new Kube(kubectl, perdure.kubeconfig);
  const folder = mkdtempSync(join(tmpdir(), 'perdure-kubectl-'));
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const rolledOut = (): Promise<string> => kube.ok(['rollout', 'status', 'statefulset/ledger-store', '--timeout=120s']);

  beforeAll(async () => {
    await perdure.up('-f', EXAMPLE, '--wait');
    await kube.ok(['create', 'configmap', 'settings', '--from-literal=a=1', '--from-literal=b=2']);
    await kube.ok(['create', 'secret', 'generic', 'hidden', '--from-literal=key=value']);
  });
  afterAll(async () => {
    await perdure.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('get in all its forms', async () => {
    expect(await kube.ok(['get', 'pods', '-o', 'wide'])).toMatch(
      /ledger-store-0\s+1\/1\s+Running\s+0\s+\S+\s+\d+\.\d+\.\d+\.\d+\s+node-1/,
    );
    expect(
      (await kube.ok(['get', 'pods', '-l', 'app.kubernetes.io/name=ledger-store', '-o', 'name'])).trim().split('\n'),
    ).toHaveLength(3);
    expect(await kube.ok(['get', 'statefulset', 'ledger-store', '-o', 'yaml'])).toContain('serviceName: ledger-store');
    expect(
      await kube.ok([
        'get',
        'pods',
        '-o',
        'custom-columns=N:.metadata.name,I:.spec.containers[0].image',
        '--no-headers',
      ]),
    ).toMatch(/ledger-store-2\s+example\/ledger-store:2\.8\.1/);
    expect((await kube.ok(['get', 'pods', '--sort-by=.metadata.name', '--no-headers'])).split('\n')[0]).toContain(
      'ledger-store-0',
    );
    expect(await kube.ok(['get', 'sts,pvc,pdb,svc,ep'])).toContain('persistentvolumeclaim/data-ledger-store-1');
    const watched = await kube.try(['get', 'pods', '-w', '--request-timeout=2s']);
    expect(watched.stdout).toContain('ledger-store-2');
  });

  it('describe of every kind', async () => {
    for (const what of DESCRIBED) {
      const out = await kube.ok(['describe', ...what.split(' ')]);
      expect(out.length, what).toBeGreaterThan(40);
    }
    expect(await kube.ok(['describe', 'pod', 'ledger-store-0'])).toMatch(/Normal\s+Started/);
  });

  it('create, apply, diff, replace, edit, delete', async () => {
    const map = (value: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { k: value } });
    await kube.ok(['create', '-f', written('made.json', map('1'))]);
    expect((await kube.try(['create', '-f', join(folder, 'made.json')])).stderr).toContain('AlreadyExists');
    await kube.ok(['apply', '-f', written('made.json', map('2'))]);
    const diff = await kube.try(['diff', '-f', written('made.json', map('3'))]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/\+\s+k: "3"/);
    await kube.ok(['replace', '-f', join(folder, 'made.json')]);
    const editor = written('editor.sh', '#!/bin/sh\nsed -i "s/k: \\"3\\"/k: \\"4\\"/" "$1"\n');
    chmodSync(editor, 0o755);
    await kube.ok(['edit', 'configmap', 'made'], { env: { KUBE_EDITOR: editor } });
    expect(await kube.ok(['get', 'configmap', 'made', '-o', 'jsonpath={.data.k}'])).toBe('4');
    await kube.ok(['apply', '--server-side', '--force-conflicts', '-f', written('made.json', map('5'))]);
    await kube.ok(['delete', 'configmap', 'made']);
  });

  it('patch in three types, label, annotate, scale, set image', async () => {
    await kube.ok(['patch', 'sts', 'ledger-store', '-p', '{"metadata":{"labels":{"one":"1"}}}']);
    await kube.ok(['patch', 'sts', 'ledger-store', '--type=merge', '-p', '{"metadata":{"labels":{"two":"2"}}}']);
    await kube.ok([
      'patch',
      'sts',
      'ledger-store',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/metadata/labels/three","value":"3"}]',
    ]);
    await kube.ok(['label', 'sts', 'ledger-store', 'four=4', 'one-']);
    await kube.ok(['annotate', 'sts', 'ledger-store', 'note=said']);
    expect(await kube.json(['get', 'sts', 'ledger-store'])).toMatchObject({
      metadata: { labels: { two: '2', three: '3', four: '4' }, annotations: { note: 'said' } },
    });
    await kube.ok(['scale', 'sts', 'ledger-store', '--replicas=2']);
    await until(
      'two members are left',
      async () =>
        (await kube.ok(['get', 'pods', '-o', 'name', '-l', 'app.kubernetes.io/name=ledger-store'])).trim().split('\n')
          .length === 2,
    );
    await kube.ok(['scale', 'sts', 'ledger-store', '--replicas=3']);
    await rolledOut();
  });

  it('rollout status, history, undo, restart', async () => {
    await kube.ok(['set', 'env', 'sts/ledger-store', 'ROUND=2']);
    await rolledOut();
    expect(await kube.ok(['rollout', 'history', 'statefulset/ledger-store'])).toMatch(
      /REVISION\s+CHANGE-CAUSE\n1\s+<none>\n2\s+<none>/,
    );
    await kube.ok(['rollout', 'undo', 'statefulset/ledger-store']);
    await rolledOut();
    await kube.ok(['rollout', 'restart', 'statefulset/ledger-store']);
    await rolledOut();
    expect(
      await kube.ok(['get', 'sts', 'ledger-store', '-o', 'jsonpath={.spec.template.metadata.annotations}']),
    ).toContain('restartedAt');
  });

  it('wait, explain, events, api-resources, auth, cluster-info', async () => {
    await kube.ok(['wait', '--for=condition=Ready', 'pod/ledger-store-0', '--timeout=30s']);
    await kube.ok(['wait', '--for=jsonpath={.status.readyReplicas}=3', 'sts/ledger-store', '--timeout=30s']);
    expect(await kube.ok(['explain', 'statefulset.spec.updateStrategy'])).toContain('rollingUpdate');
    expect(await kube.ok(['explain', 'pod.spec.containers', '--recursive'])).toContain('readinessProbe');
    expect(await kube.ok(['events', '--for', 'statefulset/ledger-store'])).toContain('SuccessfulCreate');
    expect(await kube.ok(['api-resources'])).toMatch(/statefulsets\s+sts\s+apps\/v1/);
    expect(await kube.ok(['api-versions'])).toContain('policy/v1');
    expect(await kube.ok(['auth', 'can-i', 'delete', 'pods'])).toContain('yes');
    expect(await kube.ok(['version'])).toContain('v1.36');
    await kube.ok(['cluster-info']);
  });

  it('logs, exec, cp, attach, port-forward, run', async () => {
    expect(await kube.ok(['logs', 'ledger-store-0'])).toContain('ledger-store-0 is leader');
    expect(await kube.ok(['logs', 'ledger-store-0', '--tail=1', '--timestamps'])).toMatch(/^\d{4}-\d\d-\d\dT/);
    const exec = await kube.try(['exec', '-i', 'ledger-store-1', '--', 'sh', '-c', 'cat; exit 3'], {
      input: 'through',
    });
    expect(exec.stdout).toBe('through');
    expect(exec.code).toBe(3);
    await kube.ok(['cp', written('carried.txt', 'carried over\n'), 'ledger-store-2:/tmp/carried.txt']);
    expect(await kube.ok(['exec', 'ledger-store-2', '--', 'cat', '/tmp/carried.txt'])).toBe('carried over\n');
    await kube.ok(['cp', 'ledger-store-2:/tmp/carried.txt', join(folder, 'back.txt')]);
    expect(readFileSync(join(folder, 'back.txt'), 'utf8')).toBe('carried over\n');

    const follow = spawn(kubectl.path, kube.args(['logs', '-f', 'ledger-store-0']));
    let followed = '';
    follow.stdout.on('data', (chunk) => {
      followed += chunk;
    });
    await until('the followed log shows its first line', () => followed.includes('leader'));
    follow.kill();

    const forward = spawn(kubectl.path, kube.args(['port-forward', 'pod/ledger-store-0', ':8080']));
    let told = '';
    forward.stdout.on('data', (chunk) => {
      told += chunk;
    });
    const port = Number(await until('port-forward listens', () => /127\.0\.0\.1:(\d+)/.exec(told)?.[1]));
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /status HTTP/1.0\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    forward.kill();
    expect(answer).toContain('"role":"leader"');

    const ran = await kube.try(
      [
        'run',
        'once',
        '--image=busybox',
        '--restart=Never',
        '--rm',
        '-i',
        '--quiet',
        '--',
        'sh',
        '-c',
        'read line; echo "got $line"',
      ],
      { input: 'hello\n' },
    );
    expect(ran.stdout).toContain('got hello');
    await until('the pod of run --rm is gone', async () => (await kube.try(['get', 'pod', 'once'])).code !== 0);
  });

  it.skipIf(!has('script'))('exec -it and run --rm -it on a terminal', async () => {
    const onTerminal = (argv: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        const line = [kubectl.path, ...kube.args(argv)].map((word) => `'${word}'`).join(' ');
        const child = spawn('script', ['-qec', line, '/dev/null']);
        let out = '';
        let typed = false;
        // Typed at the shell's prompt; one that came before kubectl was attached is asked for again by an empty line.
        const type = (): void => {
          if (typed) return;
          typed = /[#$] $/.test(out);
          child.stdin.write(typed ? 'tty; exit\n' : '\n');
        };
        const asking = setInterval(type, 500);
        child.stdout.on('data', (chunk) => {
          out += chunk;
          if (/[#$] $/.test(out)) type();
        });
        child.on('close', () => {
          clearInterval(asking);
          resolve(out);
        });
      });
    expect(await onTerminal(['exec', '-it', 'ledger-store-0', '--', 'sh'])).toMatch(/\/dev\/(pts\/\d+|console)/);
    expect(await onTerminal(['run', 'term', '--image=busybox', '--restart=Never', '--rm', '-it', '--', 'sh'])).toMatch(
      /\/dev\/(pts\/\d+|console)/,
    );
  });

  it('attach and logs --previous', async () => {
    const ticking = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ticking' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'c',
            image: 'busybox',
            command: ['sh', '-c', 'for i in 1 2 3 4 5 6; do echo "round $i"; sleep 1; done; exit 4'],
          },
        ],
      },
    };
    await kube.ok(['apply', '-f', written('ticking.json', JSON.stringify(ticking))]);
    await kube.ok(['wait', '--for=condition=Ready', 'pod/ticking', '--timeout=30s']);
    const attached = spawn(kubectl.path, kube.args(['attach', 'ticking']));
    let seen = '';
    attached.stdout.on('data', (chunk) => {
      seen += chunk;
    });
    await until('attach shows what the process prints', () => /round [2-6]/.test(seen));
    attached.kill();
    await until(
      'it was restarted',
      async () =>
        Number(await kube.ok(['get', 'pod', 'ticking', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'])) >
        0,
    );
    expect(await kube.ok(['logs', 'ticking', '--previous'])).toContain('round 6');
    await kube.ok(['delete', 'pod', 'ticking', '--now']);
  });

  it('delete with all three cascades', async () => {
    await kube.ok(['delete', 'sts', 'ledger-store', '--cascade=orphan']);
    expect(
      (await kube.ok(['get', 'pods', '-l', 'app.kubernetes.io/name=ledger-store', '-o', 'name'])).trim().split('\n'),
    ).toHaveLength(3);
    await kube.ok(['apply', '-f', EXAMPLE]);
    await rolledOut();
    await kube.ok(['delete', 'sts', 'ledger-store', '--cascade=foreground']);
    expect((await kube.ok(['get', 'pods', '-l', 'app.kubernetes.io/name=ledger-store', '-o', 'name'])).trim()).toBe('');
    await kube.ok(['apply', '-f', EXAMPLE]);
    await rolledOut();
    await kube.ok(['delete', 'sts', 'ledger-store', '--cascade=background']);
    await until(
      'the pods are collected',
      async () =>
        (await kube.ok(['get', 'pods', '-l', 'app.kubernetes.io/name=ledger-store', '-o', 'name'])).trim() === '',
    );
  });
}

const found = kubectls(WANTED);
for (const version of WANTED) {
  const kubectl = found.find((each) => each.version === version);
  if (kubectl !== undefined) describe(`kubectl ${version}`, () => suite(kubectl));
  else
    describe.skip(`kubectl ${version}: not on PATH, nor to be had from the package index`, () =>
      it('is missing', () => {}));
}
