import { expect, it } from 'vitest';
import { GIVEN_UP, SELF_FENCED, SELF_FENCING } from '../../api/shared/self-fencing.ts';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { LEASES, NODES, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Node } from '../framework/objects.ts';
import { createNodeGiveUpController } from './give-up.ts';

const pods = { ...PODS, namespace: 'n' };
const leases = { ...LEASES, namespace: 'kube-node-lease' };
const member = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }];

async function world(promise: string | null = '60') {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  for (const [name, ready] of [
    ['a', 'Unknown'],
    ['b', 'True'],
  ]) {
    const status = { conditions: [{ type: 'Ready', status: ready }] };
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {}, status });
  }
  const annotations = promise === null ? {} : { [SELF_FENCING]: promise };
  await client.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a', annotations },
    spec: { renewTime: '1' },
  });
  for (const [name, ownerReferences] of [
    ['db-0', member],
    ['web', []],
  ] as const) {
    const spec = { nodeName: 'a', containers: [] };
    await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, ownerReferences }, spec });
  }
  const controller = createNodeGiveUpController({ client, informers, clock, events, random: systemRandom, gates: {} });
  void controller.start();
  await clock.settle();
  const names = async () => (await client.list<KubeObject>(pods)).items.map(({ metadata }) => metadata.name);
  const lease = () => client.get<KubeObject>(leases, 'a');
  const taints = async () => ((await client.get<Node>(NODES, 'a')).spec.taints ?? []).map(({ key }) => key);
  return { clock, client, names, lease, taints };
}

it('gives up the members, and only them, of a node that is silent for longer than it promised', async () => {
  const { clock, names, lease, taints } = await world();
  await clock.advance(74_000);
  expect([await names(), (await lease()).metadata.annotations?.[GIVEN_UP]]).toEqual([['db-0', 'web'], undefined]);
  await clock.advance(2_000);
  expect([await names(), await taints()]).toEqual([['web'], [SELF_FENCED]]);
  expect((await lease()).metadata.annotations?.[GIVEN_UP]).toBeDefined();
});

it('leaves nodes alone that promise nothing', async () => {
  const { clock, names } = await world(null);
  await clock.advance(600_000);
  expect(await names()).toEqual(['db-0', 'web']);
});

it('counts from the last renewal, and takes its mark on the node back when that has answered', async () => {
  const { clock, client, names, lease, taints } = await world();
  await clock.advance(70_000);
  await client.patch(leases, 'a', 'merge', { spec: { renewTime: '2' } });
  await clock.advance(70_000);
  expect(await names()).toEqual(['db-0', 'web']);
  await clock.advance(10_000);
  expect(await taints()).toEqual([SELF_FENCED]);
  const { metadata, spec } = await lease();
  await client.update(leases, {
    ...(await lease()),
    metadata: { ...metadata, annotations: { [SELF_FENCING]: '60' } },
    spec: { ...spec, renewTime: '3' },
  });
  await clock.settle();
  expect(await taints()).toEqual([]);
});

it('does nothing when the node renewed in the very moment, nor while no node is well', async () => {
  const { clock, client, names, lease } = await world();
  const update = client.update.bind(client);
  let once = true;
  client.update = async (target, object, ...rest) => {
    if (once && target.resource === 'leases') {
      once = false;
      await client.patch(leases, 'a', 'merge', { spec: { renewTime: '2' } });
    }
    return update(target, object, ...rest) as never;
  };
  await clock.advance(76_000);
  expect([await names(), (await lease()).metadata.annotations?.[GIVEN_UP]]).toEqual([['db-0', 'web'], undefined]);
  const conditions = [{ type: 'Ready', status: 'Unknown' }];
  await client.patch(NODES, 'b', 'merge', { status: { conditions } }, 'status');
  await clock.advance(600_000);
  expect(await names()).toEqual(['db-0', 'web']);
});
