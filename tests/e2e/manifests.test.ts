import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube, kubectls, WANTED } from './support/kubectl.ts';
import { hasShared, manifest, Perdure, until } from './support/perdure.ts';

const [kubectl] = kubectls(WANTED).slice(-1);
const CLASSES = ['fast-ssd', 'ssd', 'prod-standard-retain'];

const storageClass = (name: string): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'perdure.dev/local',
  volumeBindingMode: 'WaitForFirstConsumer',
});

/** What the manifests name but do not bring along. */
const NEEDED: readonly object[] = [
  ...CLASSES.map(storageClass),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'production' } },
  ...['default', 'production'].flatMap((namespace) => [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'postgres-secret', namespace },
      stringData: { username: 'app', password: 'secret' },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'postgres-config', namespace },
      data: { 'postgresql.conf': '', 'primary.conf': '', 'replica.conf': '' },
    },
  ]),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mongodb-secret', namespace: 'default' },
    stringData: { username: 'app', password: 'secret' },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'postgres-init-scripts', namespace: 'production' },
    data: {},
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'postgres-sa', namespace: 'production' } },
];

/** Show 5: manifests from the wild, as they are. */
describe.skipIf(kubectl === undefined || !hasShared)('manifests with the simulated runtime', () => {
  const perdure = new Perdure();
  let kube: Kube;
  const apply = (name: string): Promise<string> => kube.ok(['apply', '-f', manifest(name)]);
  const ready = (set: string, count: number, namespace = 'default'): Promise<unknown> =>
    until(
      `${set} has ${count} Ready`,
      async () =>
        (await kube.ok(['get', 'sts', set, '-n', namespace, '-o', 'jsonpath={.status.readyReplicas}'])) ===
        String(count),
    );

  beforeAll(async () => {
    await perdure.up('--runtime', 'simulated', '--ephemeral', '--nodes', '4');
    kube = new Kube(kubectl!, perdure.kubeconfig, '');
    const file = join(mkdtempSync(join(tmpdir(), 'perdure-manifests-')), 'needed.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: NEEDED }));
    await kube.ok(['apply', '-f', file]);
    await kube.ok(['label', 'nodes', '--all', 'storage-type=ssd']);
  });
  afterAll(() => perdure.remove());

  it('database, web, ledger-store come up', async () => {
    for (const name of ['database.yaml', 'web-service.yaml', 'web.yaml', 'ledger-store.yaml', 'ledger-store-pdb.yaml'])
      await apply(name);
    for (const set of ['database', 'web', 'ledger-store']) await ready(set, 3);
    expect(await kube.ok(['get', 'pvc', '-o', 'jsonpath={.items[*].status.phase}'])).not.toContain('Pending');
  });

  it('database-complete comes up in its namespace; maxUnavailable is dropped as upstream does', async () => {
    await apply('database-complete.yaml');
    await ready('database', 3, 'production');
    expect(await kube.json(['get', 'sts', 'database', '-n', 'production'])).toMatchObject({
      spec: { updateStrategy: { rollingUpdate: { partition: 0 } } },
    });
    expect(
      await kube.ok([
        'get',
        'sts',
        'database',
        '-n',
        'production',
        '-o',
        'jsonpath={.spec.updateStrategy.rollingUpdate.maxUnavailable}',
      ]),
    ).toBe('');
  });

  it('elasticsearch comes up', async () => {
    await apply('elasticsearch.yaml');
    await ready('elasticsearch', 3);
  });

  it('postgres-cluster comes up, and its primary Service has no endpoints: no pod ever gets that label', async () => {
    await apply('postgres-cluster.yaml');
    await ready('postgres', 3);
    await until(
      'the Service has its Endpoints',
      async () => (await kube.try(['get', 'endpoints', 'postgres-primary'])).code === 0,
    );
    expect(await kube.ok(['get', 'endpoints', 'postgres-primary', '-o', 'jsonpath={.subsets}'])).toBe('');
  });

  it('mongodb-0 waits for itself in its init container', async () => {
    await apply('mongodb.yaml');
    await until('mongodb-0 runs its init container', async () =>
      (await kube.ok(['get', 'pod', 'mongodb-0', '--no-headers'])).includes('Init:0/1'),
    );
    expect((await kube.try(['get', 'pod', 'mongodb-1'])).code).not.toBe(0);
    expect(
      await kube.ok([
        'get',
        'pod',
        'mongodb-0',
        '-o',
        'jsonpath={.status.initContainerStatuses[0].state.running.startedAt}',
      ]),
    ).not.toBe('');
  });

  it('a class of a cloud is accepted as it is', async () => {
    await kube.ok(['delete', 'storageclass', 'fast-ssd']);
    await apply('storage-class.yaml');
    expect(await kube.ok(['get', 'storageclass', 'fast-ssd', '--no-headers'])).toContain('kubernetes.io/aws-ebs');
  });
});
