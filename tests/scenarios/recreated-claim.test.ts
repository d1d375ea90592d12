// A claim deleted by hand comes back empty. Upstream says nothing about it.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { CLAIMS, commands, finding, PERSISTENT_VOLUMES, PODS, ready, run, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const replaced = async (storage: string | null): Promise<string> => {
  cluster = await startCluster();
  await cluster.apply(statefulSet({ storage }));
  await ready(cluster, 3);
  const before = await cluster.client.get(CLAIMS, 'data-db-1');
  await cluster.client.delete(CLAIMS, 'data-db-1');
  // A pod uses it: it stays until that is gone.
  await cluster.advance(60_000);
  expect((await cluster.client.get(CLAIMS, 'data-db-1')).metadata.uid).toBe(before.metadata.uid);
  expect(finding(await cluster.explain('pvc/data-db-1'), 'claim-terminating')).toBeDefined();
  await cluster.client.delete(PODS, 'db-1');
  await cluster.waitFor(CLAIMS, 'data-db-1', ({ metadata }) => metadata.uid !== before.metadata.uid);
  await ready(cluster, 3);
  return before.spec.volumeName;
};

it('warns that the member runs on an empty volume', async () => {
  const volume = await replaced(null);
  expect((await cluster.client.list(PERSISTENT_VOLUMES)).items.map(({ metadata }) => metadata.name)).not.toContain(
    volume,
  );
  const why = await cluster.explain('sts/db');
  expect([why.state, finding(why, 'recreated-claim').severity]).toEqual(['warned', 'warning']);
  expect(commands(why, 'recreated-claim')).toEqual([
    ['kubectl -n default logs db-1 --tail=50'],
    ['kubectl -n default get volumesnapshots'],
  ]);
  expect(finding(await cluster.explain('pvc/data-db-1'), 'claim-recreated').severity).toBe('warning');
});

it('leads back to the earlier volume where that was retained', async () => {
  const volume = await replaced('standard-retain');
  expect((await cluster.client.get(PERSISTENT_VOLUMES, volume)).status.phase).toBe('Released');
  const [back] = commands(await cluster.explain('sts/db'), 'recreated-claim');
  expect(back?.slice(1)).toEqual([
    'kubectl -n default delete pvc data-db-1 --wait=false',
    'kubectl -n default delete pod db-1',
  ]);
  for (const line of back ?? []) await run(cluster, line);
  await cluster.waitFor(
    CLAIMS,
    'data-db-1',
    ({ spec, status }) => spec.volumeName === volume && status.phase === 'Bound',
  );
  await ready(cluster, 3);
});
