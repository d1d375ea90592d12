// Two sets whose selectors match each other's pods. Upstream: each keeps to the pods it owns; services and budgets do not.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { BUDGETS, causes, commands, finding, MINUTE, PODS, ready, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const NAMES = ['db-0', 'db-1', 'db-2', 'shard-0', 'shard-1'];

it('leaves the pods alone, and is warned of from both sides', async () => {
  cluster = await startCluster();
  const labels = { app: 'store' };
  await cluster.apply(statefulSet({ labels }));
  await cluster.apply(statefulSet({ name: 'shard', labels, replicas: 2 }));
  await cluster.apply({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'db' },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  });
  await ready(cluster, 3);
  await ready(cluster, 2, 'shard');
  const uids = await Promise.all(NAMES.map((name) => uidOf(cluster, name)));
  await cluster.advance(10 * MINUTE);
  expect((await cluster.client.list(PODS)).items.map(({ metadata }) => metadata.name)).toEqual(NAMES);
  expect(await Promise.all(NAMES.map((name) => uidOf(cluster, name)))).toEqual(uids);
  // The budget means one set and counts both.
  await cluster.waitFor(BUDGETS, 'db', ({ status }) => status?.expectedPods === 5 && status.currentHealthy === 5);

  for (const name of ['db', 'shard']) {
    const why = await cluster.explain(`sts/${name}`);
    expect([why.state, finding(why, 'overlapping-selectors').severity]).toEqual(['warned', 'warning']);
    expect(commands(why, 'overlapping-selectors')).toEqual([
      [`kubectl -n default delete sts ${name} --cascade=orphan`],
    ]);
    expect(causes(why)).toContain('overlapping-selectors');
  }
});
