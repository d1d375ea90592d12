// Nothing asks for a spread: all members may end up on one machine, and its loss is the loss of all.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { commands, finding, MINUTE, nodeOf, ready, rolledOut, run, SETS, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

it('is told as a risk before, and led out of by a spread constraint', async () => {
  cluster = await startCluster({ nodes: 3 });
  for (const node of ['node-2', 'node-3']) await cluster.drain(node);
  await cluster.apply(statefulSet());
  await ready(cluster, 3);
  for (const node of ['node-2', 'node-3']) await cluster.uncordon(node);
  const together = async () =>
    new Set(await Promise.all(['db-0', 'db-1', 'db-2'].map((name) => nodeOf(cluster, name))));
  expect([...(await together())]).toEqual(['node-1']);
  const why = await cluster.explain('sts/db');
  expect([why.state, finding(why, 'replicas-together').severity]).toEqual(['fine', 'risk']);

  for (const line of commands(why, 'replicas-together')[0]!) await run(cluster, line);
  await rolledOut(cluster);
  expect((await together()).size).toBe(3);
  expect((await cluster.explain('sts/db')).findings).toEqual([]);
});

it('takes the whole set down with the machine', async () => {
  cluster = await startCluster({ nodes: 2 });
  await cluster.drain('node-2');
  await cluster.apply(statefulSet());
  await ready(cluster, 3);
  await cluster.uncordon('node-2');
  cluster.node('node-1').crash();
  await cluster.advance(2 * MINUTE);
  expect((await cluster.client.get(SETS, 'db')).status.readyReplicas).toBeUndefined();
  expect(finding(await cluster.explain('sts/db'), 'node-lost').says).toContain('node-1 does not answer');
});
