// A rollout whose new revision never becomes ready. Upstream: it stops there, and an undo alone does not help (kubernetes#67250).
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, commands, MINUTE, PODS, ready, rolledOut, run, SETS, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const images = async () =>
  (await cluster.client.list(PODS)).items.map(({ spec }) => spec?.containers[0].image as string);

it('waits for ever, after the undo too, until the member is deleted by hand', async () => {
  cluster = await startCluster();
  const good = statefulSet();
  const bad = statefulSet({ image: 'db:2', annotations: { 'simulate.perdure.dev/never-ready': 'true' } });
  await cluster.apply(good);
  await ready(cluster, 3);
  await cluster.apply(bad);
  await cluster.waitFor(PODS, 'db-2', (pod) => pod.spec?.containers[0].image === 'db:2');
  await cluster.advance(10 * MINUTE);
  expect(await images()).toEqual(['db:1', 'db:1', 'db:2']);
  const stuck = await cluster.explain('sts/db');
  expect([stuck.state, causes(stuck)[0]]).toEqual(['blocked', 'stuck-rollout > not-ready']);
  expect(commands(stuck, 'stuck-rollout').slice(0, 2)).toEqual([
    ['kubectl -n default rollout undo sts/db', 'kubectl -n default delete pod db-2'],
    ['kubectl -n default edit sts db', 'kubectl -n default delete pod db-2'],
  ]);

  const before = await uidOf(cluster, 'db-2');
  await cluster.client.patch(SETS, 'db', 'json', [
    { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'db:1' },
    { op: 'remove', path: '/spec/template/metadata/annotations' },
  ]);
  await cluster.waitFor(SETS, 'db', ({ status }) => status?.currentRevision === status?.updateRevision);
  await cluster.advance(10 * MINUTE);
  expect([await uidOf(cluster, 'db-2'), await images()]).toEqual([before, ['db:1', 'db:1', 'db:2']]);
  const trapped = await cluster.explain('sts/db');
  expect(causes(trapped)[0]).toBe('stuck-rollout-trap > not-ready');
  const [wayOut] = commands(trapped, 'stuck-rollout-trap');
  expect(wayOut).toEqual(['kubectl -n default delete pod db-2']);

  await run(cluster, wayOut![0]!);
  await ready(cluster, 3);
  await rolledOut(cluster);
  expect(await images()).toEqual(['db:1', 'db:1', 'db:1']);
  expect((await cluster.explain('sts/db')).state).toBe('fine');
});
