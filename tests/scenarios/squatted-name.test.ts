// A pod of somebody else has the name of a member. Upstream: the set waits without a word.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, commands, finding, MINUTE, PODS, ready, run, SETS, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

it('blocks the set at that ordinal until the pod is gone', async () => {
  cluster = await startCluster();
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'db-1', labels: { run: 'debug' } },
    spec: { containers: [{ name: 'debug', image: 'busybox' }] },
  });
  const foreign = await uidOf(cluster, 'db-1');
  await cluster.apply(statefulSet());
  await cluster.advance(10 * MINUTE);
  expect((await cluster.client.get(SETS, 'db')).status).toMatchObject({ replicas: 1, readyReplicas: 1 });
  expect(await uidOf(cluster, 'db-1')).toBe(foreign);

  const why = await cluster.explain('sts/db');
  expect([why.state, causes(why)[0]]).toEqual(['blocked', 'squatted-name']);
  expect(finding(why, 'squatted-name').says).toContain('blocked at ordinal 1');
  const [look, remove] = commands(why, 'squatted-name');
  expect([look, remove]).toEqual([['kubectl -n default get pod db-1 -o yaml'], ['kubectl -n default delete pod db-1']]);
  await run(cluster, remove![0]!);
  // It retries with growing pauses, and hears of the deletion at once only where it looks.
  await cluster.waitFor(PODS, 'db-1', ({ metadata }) => metadata.uid !== foreign, 20 * MINUTE);
  await ready(cluster, 3);
  expect((await cluster.explain('sts/db')).state).toBe('fine');
});
