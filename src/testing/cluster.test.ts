import { afterEach, expect, it } from 'vitest';
import type { KubeObject } from '../schema/object.ts';
import { startCluster, type TestCluster } from './index.ts';

const SETS = { group: 'apps', version: 'v1', resource: 'statefulsets', namespace: 'default' };
const PODS = { group: '', version: 'v1', resource: 'pods', namespace: 'default' };
const set = (name: string, replicas: number, image: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    serviceName: name,
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image }] },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
});

let cluster: TestCluster;
afterEach(() => cluster.stop());

it('brings a StatefulSet up in order over zones, rolls it, and keeps its claims when it shrinks', async () => {
  cluster = await startCluster({ nodes: 3, zones: ['a', 'b', 'c'] });
  await cluster.client.create(SETS, set('web', 3, 'nginx:1.25'));
  await cluster.waitFor(SETS, 'web', ({ status }) => status?.readyReplicas === 3);
  const { items } = await cluster.client.list<KubeObject>(PODS);
  const ready = items.map((pod) => Number(pod.metadata.resourceVersion));
  expect(items.map((pod) => pod.metadata.name)).toEqual(['web-0', 'web-1', 'web-2']);
  expect(ready).toEqual([...ready].sort((a, b) => a - b));

  await cluster.client.patch(SETS, 'web', 'strategic', {
    spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.26' }] } } },
  });
  const rolled = await cluster.waitFor(
    SETS,
    'web',
    ({ status }) =>
      status?.updatedReplicas === 3 && status.readyReplicas === 3 && status.currentRevision === status.updateRevision,
  );
  expect(rolled.status.collisionCount).toBe(0);

  await cluster.client.patch(SETS, 'web', 'merge', { spec: { replicas: 1 } });
  await cluster.waitFor(SETS, 'web', ({ status }) => status?.replicas === 1);
  const claims = await cluster.client.list<KubeObject>({ ...PODS, resource: 'persistentvolumeclaims' });
  expect(claims.items.map((claim) => [claim.metadata.name, claim.status.phase])).toEqual(
    ['web-0', 'web-1', 'web-2'].map((name) => [`data-${name}`, 'Bound']),
  );
});

it('says what it waited for in vain', async () => {
  cluster = await startCluster();
  await expect(cluster.waitFor(SETS, 'none', () => true, 20)).rejects.toThrow(
    'statefulsets "none" not as wanted within 20 ms; it does not exist',
  );
});

it('an agent that starts again tells the runtime what has changed about its pods meanwhile', async () => {
  cluster = await startCluster();
  await cluster.client.create(SETS, set('web', 1, 'nginx:1.25'));
  await cluster.waitFor(SETS, 'web', ({ status }) => status?.readyReplicas === 1);
  await cluster.pod('web-0').crash();
  await cluster.waitFor(SETS, 'web', ({ status }) => (status?.readyReplicas ?? 0) === 0);
  cluster.node('node-1').killAgent();
  await cluster.pod('web-0').ready();
  cluster.node('node-1').restartAgent();
  await cluster.advance(10 * 60_000);
  const pod = await cluster.client.get<KubeObject>(PODS, 'web-0');
  const restarts = pod.status.containerStatuses[0].restartCount;
  await cluster.advance(20 * 60_000);
  const later = await cluster.client.get<KubeObject>(PODS, 'web-0');
  expect(later.status.containerStatuses[0].restartCount).toBe(restarts);
});
