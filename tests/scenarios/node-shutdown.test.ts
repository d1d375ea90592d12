// A machine that is shut down in order: its members close their files, are Failed, and run elsewhere at once.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { condition, MINUTE, NODES, nodeOf, PODS, ready, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const start = async (stopDelay: string): Promise<{ readonly node: string; readonly uid: string }> => {
  cluster = await startCluster({ nodes: 3 });
  await cluster.apply(statefulSet({ annotations: { 'simulate.perdure.dev/stop-delay': stopDelay } }));
  await ready(cluster, 3);
  return { node: await nodeOf(cluster, 'db-1'), uid: await uidOf(cluster, 'db-1') };
};

it('ends its members within their grace and lets them run elsewhere without a wait', async () => {
  const { node, uid } = await start('8s');
  const began = cluster.now();
  const failed = cluster.waitFor(PODS, 'db-1', ({ status }) => status?.phase === 'Failed');
  const down = cluster.node(node).shutDown();
  const { status } = await failed;
  expect(status).toMatchObject({
    reason: 'Terminated',
    message: 'Pod was terminated in response to imminent node shutdown.',
  });
  expect(condition(status, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' });
  await down;
  expect(cluster.pod('db-1').lastExit()?.code).toBe(0);
  expect(condition((await cluster.client.get(NODES, node)).status, 'Ready')?.message).toBe('node is shutting down');
  await cluster.waitFor(PODS, 'db-1', (pod) => pod.metadata.uid !== uid && pod.status?.phase === 'Running');
  await ready(cluster, 3);
  expect(cluster.now() - began).toBeLessThan(MINUTE);
  expect(await nodeOf(cluster, 'db-1')).not.toBe(node);
  cluster.node(node).boot();
  await cluster.advance(2 * MINUTE);
  expect(condition((await cluster.client.get(NODES, node)).status, 'Ready')?.status).toBe('True');
  expect(cluster.doubles).toEqual([]);
});

it('kills what does not end in time', async () => {
  const { node } = await start('5m');
  await cluster.node(node).shutDown(6_000);
  expect(cluster.pod('db-1').lastExit()?.code).toBe(137);
  expect(cluster.node(node).running()).toEqual([]);
});
