// A node cut off for ten minutes, its processes running on all the while. Upstream: its members stay Terminating until it answers.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, commands, finding, MINUTE, NODES, nodeOf, PODS, ready, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const start = async (): Promise<{ readonly node: string; readonly uid: string; readonly mend: () => void }> => {
  cluster = await startCluster({ nodes: 3 });
  const pod = { terminationGracePeriodSeconds: 60 };
  await cluster.apply(statefulSet({ pod, annotations: { 'simulate.perdure.dev/stop-delay': '20s' } }));
  await ready(cluster, 3);
  const node = await nodeOf(cluster, 'db-1');
  const uid = await uidOf(cluster, 'db-1');
  return { node, uid, mend: cluster.node(node).partition() };
};

it('keeps its members, ends them when it is back, and only then lets them run elsewhere', async () => {
  const { node, uid, mend } = await start();
  await cluster.advance(10 * MINUTE);
  // The machine knows better than the API: it still runs.
  expect(cluster.node(node).running()).toContain('default/db-1');
  expect(cluster.node(node).running().length).toBeGreaterThan(0);
  const lost = await cluster.client.get(PODS, 'db-1');
  expect([lost.metadata.uid, lost.metadata.deletionTimestamp === undefined]).toEqual([uid, false]);
  const away = await cluster.explain('sts/db');
  expect([away.state, causes(away)[0]]).toEqual(['blocked', 'blocked-at-ordinal > node-lost > node-not-ready']);
  const [force] = finding(away, 'node-lost').ways;
  expect([force?.commands, force?.data.kind]).toEqual([
    ['kubectl -n default delete pod db-1 --grace-period=0 --force'],
    'risk',
  ]);

  mend();
  await cluster.waitFor(NODES, node, ({ status }) =>
    status?.conditions?.some(
      ({ type, status: is }: { type: string; status: string }) => type === 'Ready' && is === 'True',
    ),
  );
  const back = await cluster.explain(`node/${node}`);
  expect([back.state, causes(back)[0]]).toEqual(['waiting', 'node-returned']);
  expect(commands(back, 'node-returned')).toEqual([]);
  await cluster.waitFor(PODS, 'db-1', ({ metadata }) => metadata.uid !== uid);
  await ready(cluster, 3);
  expect(cluster.doubles).toEqual([]);
});

it('writes twice where somebody was sure that the machine was off, and was not', async () => {
  const { node, mend } = await start();
  await cluster.advance(6 * MINUTE);
  await cluster.client.delete(PODS, 'db-1', { gracePeriodSeconds: 0 });
  await ready(cluster, 3);
  expect(cluster.doubles).toEqual([
    expect.stringMatching(new RegExp(`default/db-1 started on node-\\d while it ran on ${node}$`)),
  ]);
  mend();
  await cluster.advance(2 * MINUTE);
  // The zombie cleans up what the API no longer knows.
  expect(cluster.node(node).running()).not.toContain('default/db-1');
});
