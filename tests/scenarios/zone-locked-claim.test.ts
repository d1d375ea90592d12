// A claim bound to a zone that is lost. Upstream: the member waits for its volume's zone; what decides is when the volume was placed.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import {
  CLAIMS,
  causes,
  commands,
  MINUTE,
  NODES,
  nodeOf,
  PODS,
  ready,
  refusal,
  run,
  SETS,
  statefulSet,
  uidOf,
  zonalClass,
} from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const start = async (): Promise<void> => {
  cluster = await startCluster({ nodes: 3, zones: ['a', 'b', 'c'] });
};

it('Immediate: the member is stuck on the node affinity of its volume, and an empty one is the way out', async () => {
  await start();
  await cluster.apply([zonalClass('at-once', 'Immediate'), ...statefulSet({ storage: 'at-once' })]);
  await ready(cluster, 3);
  const lost = await nodeOf(cluster, 'db-1');
  const before = await uidOf(cluster, 'db-1');
  cluster.node(lost).crash();
  await cluster.advance(7 * MINUTE);
  // As long as the Node is there, its word is waited for.
  expect((await cluster.client.get(PODS, 'db-1')).metadata).toMatchObject({
    uid: before,
    deletionTimestamp: expect.anything(),
  });
  expect(causes(await cluster.explain('pod/db-1'))).toEqual(['node-lost > node-not-ready']);

  await cluster.client.delete(NODES, lost);
  await cluster.waitFor(PODS, 'db-1', ({ metadata }) => metadata.uid !== before);
  expect(await refusal(cluster, 'db-1')).toContain("2 node(s) didn't match PersistentVolume's node affinity");
  const why = await cluster.explain('sts/db');
  expect(why.state).toBe('blocked');
  expect(causes(why)[0]).toBe('blocked-at-ordinal > unschedulable-volume > claim-place');
  const [label, giveUp] = commands(why, 'claim-place');
  expect(label?.[0]).toMatch(/^kubectl label node NODE topology\.kubernetes\.io\/zone=[abc]$/);
  expect(giveUp).toEqual([
    'kubectl -n default delete pvc data-db-1 --wait=false',
    'kubectl -n default delete pod db-1',
  ]);

  for (const line of giveUp ?? []) await run(cluster, line);
  await ready(cluster, 3);
  expect(await nodeOf(cluster, 'db-1')).not.toBe(lost);
  const after = await cluster.explain('sts/db');
  expect(causes(after)).toContain('recreated-claim');
  expect(cluster.doubles).toEqual([]);
});

it('WaitForFirstConsumer with a spread over zones: one member goes with its zone, the quorum stays', async () => {
  await start();
  const spread = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'db' } },
  };
  const pod = { topologySpreadConstraints: [spread] };
  await cluster.apply([zonalClass('with-pod', 'WaitForFirstConsumer'), ...statefulSet({ storage: 'with-pod', pod })]);
  await ready(cluster, 3);
  const places = await Promise.all(['db-0', 'db-1', 'db-2'].map((name) => nodeOf(cluster, name)));
  expect(new Set(places).size).toBe(3);
  expect((await cluster.explain('sts/db')).state).toBe('fine');

  cluster.node(places[1]!).crash();
  await cluster.advance(7 * MINUTE);
  expect((await cluster.client.get(SETS, 'db')).status).toMatchObject({ readyReplicas: 2 });
  expect(causes(await cluster.explain('sts/db'))[0]).toBe('blocked-at-ordinal > node-lost > node-not-ready');
  expect((await cluster.client.get(CLAIMS, 'data-db-1')).status.phase).toBe('Bound');

  cluster.node(places[1]!).boot();
  await ready(cluster, 3);
  expect(await nodeOf(cluster, 'db-1')).toBe(places[1]);
  expect(cluster.doubles).toEqual([]);
});
