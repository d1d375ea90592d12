// Claims outlive their members and their set. Upstream never lists them.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { CLAIMS, commands, finding, MINUTE, ready, run, SETS, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const claimNames = async () => (await cluster.client.list(CLAIMS)).items.map(({ metadata }) => metadata.name);

it('are listed with age and size, and go with one command', async () => {
  cluster = await startCluster();
  await cluster.apply(statefulSet({ storage: null }));
  await ready(cluster, 3);
  await cluster.client.patch(SETS, 'db', 'merge', { spec: { replicas: 1 } });
  await cluster.waitFor(SETS, 'db', ({ status }) => status?.replicas === 1);
  await cluster.advance(90 * MINUTE);
  expect(await claimNames()).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);

  const why = await cluster.explain('sts/db');
  expect([why.state, finding(why, 'orphaned-claims').severity]).toEqual(['fine', 'note']);
  expect(finding(why, 'orphaned-claims').says).toMatch(/data-db-1 \(1Gi, 90m.* old\) and data-db-2 \(1Gi, 90m.* old\)/);
  expect(finding(await cluster.explain('pvc/data-db-2'), 'claim-orphaned')).toBeDefined();
  const [look, remove] = commands(why, 'orphaned-claims');
  expect([look, remove]).toEqual([
    ['kubectl -n default get pvc'],
    ['kubectl -n default delete pvc data-db-1 data-db-2'],
  ]);
  expect(finding(why, 'orphaned-claims').ways[1]?.data.kind).toBe('loses');

  await run(cluster, remove![0]!);
  await cluster.advance(MINUTE);
  expect(await claimNames()).toEqual(['data-db-0']);
  expect((await cluster.explain('sts/db')).findings.map(({ cause }) => cause)).not.toContain('orphaned-claims');
});

it('stay when the set is deleted', async () => {
  cluster = await startCluster();
  await cluster.apply(statefulSet({ storage: null, replicas: 1 }));
  await ready(cluster, 1);
  await cluster.client.delete(SETS, 'db', { propagationPolicy: 'Foreground' });
  await cluster.advance(MINUTE);
  expect(await claimNames()).toEqual(['data-db-0']);
  expect(finding(await cluster.explain('pvc/data-db-0'), 'claim-orphaned').says).toContain('1Gi, 60s old');
});
