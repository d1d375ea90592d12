import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PODS, RESOURCE_QUOTAS, STATEFUL_SETS } from '../src/client/resources.ts';
import type { KubeObject } from '../src/schema/object.ts';
import { startCluster } from '../src/testing/cluster.ts';
import type { TestCluster } from '../src/testing/test-cluster.ts';

const sets = { ...STATEFUL_SETS, namespace: 'default' };
const pods = { ...PODS, namespace: 'default' };
const quotas = { ...RESOURCE_QUOTAS, namespace: 'default' };

const statefulSet = (replicas: number, image = 'store:v1') => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    replicas,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: { containers: [{ name: 'main', image, resources: { requests: { cpu: '100m', memory: '64Mi' } } }] },
    },
  },
});
const quota = (hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'little' },
  spec: { hard },
});
const uses =
  (used: Record<string, string>) =>
  (object: KubeObject): boolean =>
    Object.entries(used).every(([name, amount]) => object.status?.used?.[name] === amount);

describe('a namespace with a quota', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster({ clock: 'virtual' });
  });
  afterAll(() => cluster.stop());

  it('counts what was there before it, rolls a set that fills it, and says when there is room again', async () => {
    await cluster.apply(statefulSet(2));
    await cluster.waitFor(sets, 'db', (set) => set.status?.readyReplicas === 2);
    await cluster.apply(quota({ pods: '2', 'requests.cpu': '200m', memory: '1Gi', 'count/statefulsets.apps': '1' }));
    const full = { pods: '2', 'requests.cpu': '200m', memory: '128Mi', 'count/statefulsets.apps': '1' };
    await cluster.waitFor(quotas, 'little', uses(full));

    // Each new pod needs the room of the one before it.
    await cluster.apply(statefulSet(2, 'store:v2'));
    await cluster.waitFor(
      sets,
      'db',
      ({ status }) =>
        status?.updatedReplicas === 2 && status.readyReplicas === 2 && status.currentRevision === status.updateRevision,
    );
    await cluster.waitFor(quotas, 'little', uses(full));

    const other = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'other' },
      spec: statefulSet(1).spec.template.spec,
    };
    await expect(cluster.client.create(pods, other)).rejects.toThrow(
      'exceeded quota: little, requested: pods=1,requests.cpu=100m, used: pods=2,requests.cpu=200m, limited: pods=2,requests.cpu=200m',
    );
    await cluster.apply(statefulSet(1));
    await cluster.waitFor(quotas, 'little', uses({ pods: '1', 'requests.cpu': '100m', memory: '64Mi' }));
    await cluster.client.create(pods, other);
  });
});
