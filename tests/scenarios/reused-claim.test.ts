// Scaled down and up again, members find the claims of the time before, with their data.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { CLAIMS, commands, finding, MINUTE, ready, run, SETS, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

it('takes the claim up as it is, says so, and starts empty only when told to', async () => {
  cluster = await startCluster();
  await cluster.apply(statefulSet({ storage: null }));
  await ready(cluster, 3);
  const before = await cluster.client.get(CLAIMS, 'data-db-2');
  await cluster.client.patch(SETS, 'db', 'merge', { spec: { replicas: 2 } });
  await cluster.waitFor(SETS, 'db', ({ status }) => status?.replicas === 2);
  await cluster.advance(30 * MINUTE);
  await cluster.client.patch(SETS, 'db', 'merge', { spec: { replicas: 3 } });
  await ready(cluster, 3);
  const after = await cluster.client.get(CLAIMS, 'data-db-2');
  expect([after.metadata.uid, after.spec.volumeName]).toEqual([before.metadata.uid, before.spec.volumeName]);

  const why = await cluster.explain('sts/db');
  expect(why.state).toBe('fine');
  expect(finding(why, 'reused-claim')).toMatchObject({ severity: 'note' });
  expect(finding(why, 'reused-claim').says).toContain('data-db-2 (30m');
  expect(finding(await cluster.explain('pvc/data-db-2'), 'claim-reused').severity).toBe('note');
  const [empty] = finding(why, 'reused-claim').ways;
  expect(empty?.data).toEqual({ kind: 'loses', what: 'pvc data-db-2' });

  for (const line of commands(why, 'reused-claim')[0]!) await run(cluster, line);
  await cluster.waitFor(CLAIMS, 'data-db-2', ({ metadata }) => metadata.uid !== before.metadata.uid);
  await ready(cluster, 3);
  expect((await cluster.client.get(CLAIMS, 'data-db-2')).spec.volumeName).not.toBe(before.spec.volumeName);
});
