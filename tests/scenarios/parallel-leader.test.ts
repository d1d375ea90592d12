// Followers that need a leader, started all at once: Parallel waits for nobody.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, commands, MINUTE, PODS, rolledOut, run, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const restarts = async (): Promise<number[]> =>
  (await cluster.client.list(PODS)).items.map(({ status }) => status.containerStatuses[0].restartCount);

it('is a crash loop of the followers, led out of by an init container that waits', async () => {
  cluster = await startCluster({ nodes: 3 });
  // Followers end when they find no leader; the leader takes its time.
  await cluster.apply(
    statefulSet({
      spec: { podManagementPolicy: 'Parallel' },
      annotations: { 'simulate.perdure.dev/needs': 'db-0.db', 'simulate.perdure.dev/ready-after': '4m' },
    }),
  );
  await cluster.advance(3 * MINUTE);
  const [leader, ...followers] = await restarts();
  expect(leader).toBe(0);
  expect(followers.every((count) => count >= 3)).toBe(true);
  const why = await cluster.explain('sts/db');
  expect([why.state, causes(why)[0]]).toEqual(['blocked', expect.stringMatching(/^parallel-crash-loop/)]);
  const [wait] = commands(why, 'parallel-crash-loop');
  expect(wait).toHaveLength(1);
  expect(wait?.[0]).toMatch(/^kubectl -n default patch sts db -p .*"initContainers".*db-0\.db/);

  await run(cluster, wait![0]!);
  await rolledOut(cluster);
  expect([await restarts(), (await cluster.explain('sts/db')).state]).toEqual([[0, 0, 0], 'fine']);
});
