// Self-fencing: a node that cannot renew its lease ends its members before anybody else may start them. Judged at the machines.
import { afterEach, expect, it } from 'vitest';
import { resources, startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, MINUTE, NODES, nodeOf, PODS, ready, statefulSet, uidOf, zonalClass } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const SELF_FENCING = { 'perdure.dev/self-fencing': 'true' };
const LEASES = { ...resources.LEASES, namespace: 'kube-node-lease' };

/** Three nodes, members with volumes that any node can use, and self-fencing on all nodes. Returns the node of db-1. */
async function start(seed = 1): Promise<string> {
  cluster = await startCluster({ nodes: 3, seed });
  for (const node of ['node-1', 'node-2', 'node-3'])
    await cluster.client.patch(NODES, node, 'merge', { metadata: { annotations: SELF_FENCING } });
  const anywhere = { ...zonalClass('anywhere', 'WaitForFirstConsumer'), parameters: { scope: 'cluster' } };
  const apart = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: 'db' } },
  };
  // Slow to end: the grace of the fence is not enough for it.
  const annotations = { 'simulate.perdure.dev/stop-delay': '30s' };
  const pod = { topologySpreadConstraints: [apart], terminationGracePeriodSeconds: 120 };
  await cluster.apply([anywhere, ...statefulSet({ storage: 'anywhere', pod, annotations })]);
  await ready(cluster, 3);
  await cluster.advance(MINUTE);
  return nodeOf(cluster, 'db-1');
}

const movedFrom = (uid: string) =>
  cluster.waitFor(PODS, 'db-1', ({ metadata, status }) => metadata.uid !== uid && status?.phase === 'Running');

it('ends the members of a cut-off node, then lets them run elsewhere, and the zombie starts nothing', async () => {
  const node = await start();
  const before = await uidOf(cluster, 'db-1');
  const mend = cluster.node(node).partition();
  await cluster.advance(30_000);
  expect(cluster.node(node).running()).toContain('default/db-1');
  await cluster.advance(30_000);
  // Nobody has given it up yet, and it does not run any more.
  expect(cluster.node(node).running()).not.toContain('default/db-1');
  expect(await uidOf(cluster, 'db-1')).toBe(before);
  await movedFrom(before);
  expect(await nodeOf(cluster, 'db-1')).not.toBe(node);
  await ready(cluster, 3);
  expect(causes(await cluster.explain(`node/${node}`))).toContain('node-fenced');

  await cluster.advance(10 * MINUTE);
  mend();
  await cluster.advance(5 * MINUTE);
  expect(cluster.node(node).running()).not.toContain('default/db-1');
  const { metadata } = await cluster.client.get(LEASES, node);
  expect(metadata.annotations).toEqual({ 'perdure.dev/self-fencing': '60' });
  expect((await cluster.client.get(NODES, node)).spec.taints ?? []).toEqual([]);
  expect(cluster.doubles).toEqual([]);
});

it('lets them go on where they were after a shorter silence', async () => {
  const node = await start();
  const before = await uidOf(cluster, 'db-1');
  const mend = cluster.node(node).partition();
  await cluster.advance(MINUTE);
  expect(cluster.node(node).running()).not.toContain('default/db-1');
  mend();
  await ready(cluster, 3);
  await cluster.advance(5 * MINUTE);
  expect([await uidOf(cluster, 'db-1'), cluster.node(node).running()]).toEqual([before, ['default/db-1']]);
  expect(cluster.doubles).toEqual([]);
});

it('holds when the agent is dead and nobody is left on the machine to act', async () => {
  const node = await start();
  const before = await uidOf(cluster, 'db-1');
  cluster.node(node).killAgent();
  await movedFrom(before);
  expect(await nodeOf(cluster, 'db-1')).not.toBe(node);
  cluster.node(node).restartAgent();
  await cluster.advance(5 * MINUTE);
  await ready(cluster, 3);
  expect(cluster.doubles).toEqual([]);
});

it('gives nobody up when it was the control plane that was away', async () => {
  await start();
  const before = await Promise.all(['db-0', 'db-1', 'db-2'].map((name) => uidOf(cluster, name)));
  const mends = ['node-1', 'node-2', 'node-3'].map((name) => cluster.node(name).partition());
  await cluster.advance(10 * MINUTE);
  for (const mend of mends) mend();
  await cluster.advance(5 * MINUTE);
  await ready(cluster, 3);
  expect(await Promise.all(['db-0', 'db-1', 'db-2'].map((name) => uidOf(cluster, name)))).toEqual(before);
  expect(cluster.doubles).toEqual([]);
});

it('never has a second writer, whenever the network comes and goes', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const node = await start(seed);
    const directions = ['both', 'to-server', 'from-server'] as const;
    for (let round = 0; round < 4; round++) {
      const mend = cluster.node(node).partition(directions[(seed + round) % 3]!);
      // Around the moment at which the node is given up: 75 s from its last sign of life.
      await cluster.advance(70_000 + ((seed * 7 + round * 3) % 16) * 1_000);
      if (round % 2 === 1) cluster.node(node).restartAgent();
      mend();
      await cluster.advance(20_000);
    }
    await cluster.advance(3 * MINUTE);
    expect(cluster.doubles).toEqual([]);
    await ready(cluster, 3);
    if (seed < 6) await cluster.stop();
  }
});
