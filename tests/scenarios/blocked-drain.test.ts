// Three members on three nodes, of which one may be missing. Upstream: a drain waits while another member is not ready.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { BUDGETS, causes, finding, MINUTE, nodeOf, ready, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const start = async (): Promise<void> => {
  cluster = await startCluster({ nodes: 3 });
  const apart = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: 'db' } },
  };
  await cluster.apply([
    ...statefulSet({ pod: { topologySpreadConstraints: [apart] } }),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'db' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'db' } } },
    },
  ]);
  await ready(cluster, 3);
  await cluster.waitFor(BUDGETS, 'db', ({ status }) => status?.disruptionsAllowed === 1);
};

it('blocks a drain while another member is not ready, and then lets it go on', async () => {
  await start();
  const node = await nodeOf(cluster, 'db-0');
  const before = await uidOf(cluster, 'db-0');
  await cluster.pod('db-1').notReady();
  await cluster.waitFor(BUDGETS, 'db', ({ status }) => status?.disruptionsAllowed === 0);

  const drained = cluster.drain(node);
  await cluster.advance(5 * MINUTE);
  expect(await uidOf(cluster, 'db-0')).toBe(before);
  const why = await cluster.explain(`node/${node}`);
  expect([why.state, causes(why)[0]]).toEqual(['blocked', 'drain-blocked > budget-exhausted > not-ready']);
  const [loosen] = finding(why, 'budget-exhausted').ways;
  expect([loosen?.commands, loosen?.data.kind]).toEqual([
    [`kubectl -n default patch pdb db --type=merge -p '{"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}}'`],
    'risk',
  ]);
  expect(finding(await cluster.explain('pdb/db'), 'budget-exhausted').says).toContain('2 of 3 pods are healthy');

  await cluster.pod('db-1').ready();
  await drained;
  await ready(cluster, 3);
  expect(await nodeOf(cluster, 'db-0')).not.toBe(node);
  expect((await cluster.explain(`node/${node}`)).state).not.toBe('blocked');
});

it('lets each node be drained in turn, one member missing at a time', async () => {
  await start();
  const fewest = { ready: 3 };
  const watch = async (): Promise<void> => {
    const { status } = await cluster.client.get(BUDGETS, 'db');
    fewest.ready = Math.min(fewest.ready, status.currentHealthy);
  };
  for (const node of ['node-1', 'node-2', 'node-3']) {
    await cluster.drain(node);
    await watch();
    await ready(cluster, 3);
    await cluster.uncordon(node);
  }
  expect(fewest.ready).toBeGreaterThanOrEqual(2);
});

it('gives a drain up after its time with what the server said', async () => {
  await start();
  const node = await nodeOf(cluster, 'db-0');
  await cluster.pod('db-1').notReady();
  await cluster.waitFor(BUDGETS, 'db', ({ status }) => status?.disruptionsAllowed === 0);
  await expect(cluster.drain(node, { timeoutMs: MINUTE })).rejects.toThrow(
    /db-0: Cannot evict pod as it would violate the pod's disruption budget/,
  );
});
