import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPT_IN } from '../src/api/apps/stateful-set-opt-ins.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../src/client/resources.ts';
import type { KubeObject } from '../src/schema/object.ts';
import { startCluster } from '../src/testing/cluster.ts';
import type { TestCluster } from '../src/testing/test-cluster.ts';

/** The opt-ins of StatefulSets on a whole cluster: real defaults, validation, storage and node agents. */
const NEVER_READY = { 'simulate.perdure.dev/never-ready': 'true' };
const sets = { ...STATEFUL_SETS, namespace: 'default' };
const pods = { ...PODS, namespace: 'default' };
const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'default' };

function aSet(name: string, annotations: Record<string, string>, podAnnotations: Record<string, string> = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, annotations },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      serviceName: name,
      template: template(name, podAnnotations),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}

const template = (name: string, annotations: object) => ({
  metadata: { labels: { app: name }, annotations },
  spec: { containers: [{ name: 'main', image: 'busybox' }] },
});

const conditions = (set: KubeObject): Record<string, string> =>
  Object.fromEntries(
    (set.status?.conditions ?? []).map((condition: { type: string; status: string; reason: string }) => [
      condition.type,
      `${condition.status} ${condition.reason}`,
    ]),
  );

describe('a cluster with sets that opt in', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  it('shows conditions, and gets out of a rollout to a template that never becomes ready', async () => {
    await cluster.client.create(
      sets,
      aSet('db', { [OPT_IN.conditions]: 'true', [OPT_IN.stuckRollout]: 'replace-never-ready' }),
    );
    const up = await cluster.waitFor<KubeObject>(
      sets,
      'db',
      (set) => conditions(set).Available?.startsWith('True') === true,
    );
    expect(conditions(up)).toEqual({
      Available: 'True MinimumReplicasAvailable',
      Progressing: 'True RolloutComplete',
      Blocked: 'False NotBlocked',
    });
    await cluster.client.patch(sets, 'db', 'merge', { spec: { template: template('db', NEVER_READY) } });
    await cluster.waitFor(sets, 'db', (set) => conditions(set).Blocked === 'True PodNotReady');
    const healthy = await cluster.client.get(pods, 'db-0');
    const broken = await cluster.client.get(pods, 'db-1');
    const annotations = { 'simulate.perdure.dev/never-ready': null };
    await cluster.client.patch(sets, 'db', 'merge', { spec: { template: { metadata: { annotations } } } });
    await cluster.waitFor(sets, 'db', (set) => conditions(set).Available === 'True MinimumReplicasAvailable');
    expect((await cluster.client.get(pods, 'db-0')).metadata.uid).toBe(healthy.metadata.uid);
    expect((await cluster.client.get(pods, 'db-1')).metadata.uid).not.toBe(broken.metadata.uid);
  });

  it('leaves reserved ordinals out and grows claims one after the other', async () => {
    await cluster.client.create(sets, aSet('store', { [OPT_IN.reserved]: '0' }));
    await cluster.waitFor(sets, 'store', (set) => set.status?.readyReplicas === 2);
    const names = (await cluster.client.list(pods, { labelSelector: 'app=store' })).items.map(
      (pod) => pod.metadata.name,
    );
    expect(names.sort()).toEqual(['store-1', 'store-2']);
    await cluster.client.patch(sets, 'store', 'merge', { metadata: { annotations: { [OPT_IN.growth]: 'data=2Gi' } } });
    await cluster.waitFor(claims, 'data-store-1', (claim) => claim.status?.capacity?.storage === '2Gi');
    expect((await cluster.client.get(claims, 'data-store-2')).status?.capacity?.storage).toBe('2Gi');
  });

  it('says without the annotations what upstream says', async () => {
    await cluster.client.create(sets, aSet('plain', {}));
    const set = await cluster.waitFor<KubeObject>(sets, 'plain', (object) => object.status?.readyReplicas === 2);
    expect(set.status?.conditions).toBeUndefined();
  });
});
