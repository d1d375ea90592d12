import { afterEach, beforeEach, expect, it } from 'vitest';
import { NODES, PODS } from '../client/resources.ts';
import { startCluster } from './cluster.ts';
import type { TestCluster } from './test-cluster.ts';

const pods = { ...PODS, namespace: 'default' };
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startCluster({ nodes: 1 });
});
afterEach(() => cluster.stop());

const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'c' }], ...spec },
});
const running = (name: string) => cluster.waitFor(pods, name, ({ status }) => status?.phase === 'Running');
const names = async () => (await cluster.client.list(pods)).items.map(({ metadata }) => metadata.name);

it('touches no pod that nobody would make anew, unless forced', async () => {
  await cluster.apply(pod('bare'));
  await running('bare');
  await expect(cluster.drain('node-1')).rejects.toThrow('declare no controller (use force to override): default/bare');
  expect(await names()).toEqual(['bare']);
  await cluster.drain('node-1', { force: true });
  expect([await names(), (await cluster.client.get(NODES, 'node-1')).spec.unschedulable]).toEqual([[], true]);
  await cluster.uncordon('node-1');
  expect((await cluster.client.get(NODES, 'node-1')).spec.unschedulable).toBeUndefined();
});

it('asks before it loses an emptyDir', async () => {
  await cluster.apply(pod('cache', { volumes: [{ name: 'v', emptyDir: {} }] }));
  await running('cache');
  await expect(cluster.drain('node-1', { force: true })).rejects.toThrow('use deleteEmptyDirData');
  await cluster.drain('node-1', { force: true, deleteEmptyDirData: true });
  expect(await names()).toEqual([]);
});
