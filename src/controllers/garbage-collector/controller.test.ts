import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { CONFIG_MAPS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { createGarbageCollector } from './controller.ts';

const at = (id: typeof PODS) => ({ ...id, namespace: 'n' });
const verbs = ['watch', 'delete'];

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const controller = createGarbageCollector({
    client,
    clock,
    informers: new InformerFactory(client, clock),
    events: new EventBroadcaster(client, clock),
    random: systemRandom,
    gates: {},
    catalog: {
      list: () => [
        { ...STATEFUL_SETS, kind: 'StatefulSet', namespaced: true, verbs },
        { ...PODS, kind: 'Pod', namespaced: true, verbs },
        { ...CONFIG_MAPS, kind: 'ConfigMap', namespaced: true, verbs },
      ],
      onChange: () => () => {},
    },
  });
  void controller.start();
  await clock.settle();
  const make = (id: typeof PODS, kind: string, name: string, owners: KubeObject[] = [], block = true) =>
    client.create(at(id), {
      apiVersion: id.group === '' ? 'v1' : 'apps/v1',
      kind,
      metadata: {
        name,
        ownerReferences: owners.map((owner) => ({
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          blockOwnerDeletion: block,
        })),
      },
      spec: {},
    });
  const left = async (id: typeof PODS) => (await client.list(at(id))).items.map((object) => object.metadata.name);
  return { clock, client, make, left };
}

describe('garbage collector', () => {
  it('deletes dependents, and theirs, once the owner is gone', async () => {
    const { clock, client, make, left } = await world();
    const set = await make(STATEFUL_SETS, 'StatefulSet', 'web');
    const pod = await make(PODS, 'Pod', 'web-0', [set]);
    await make(CONFIG_MAPS, 'ConfigMap', 'of-pod', [pod]);
    await clock.settle();
    await client.delete(at(STATEFUL_SETS), 'web');
    await clock.settle();
    expect([await left(PODS), await left(CONFIG_MAPS)]).toEqual([[], []]);
  });

  it('deletes what names an owner that never was, and keeps what has another owner', async () => {
    const { clock, client, make, left } = await world();
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ghost', uid: 'never' } };
    await make(PODS, 'Pod', 'lost', [ghost]);
    const real = await make(CONFIG_MAPS, 'ConfigMap', 'real');
    await make(PODS, 'Pod', 'kept', [ghost, real]);
    await clock.settle();
    expect(await left(PODS)).toEqual(['kept']);
    expect((await client.get(at(PODS), 'kept')).metadata.ownerReferences?.map((owner) => owner.name)).toEqual(['real']);
  });

  it('holds the owner back in the foreground until blocking dependents are gone', async () => {
    const { clock, client, make, left } = await world();
    const set = await make(STATEFUL_SETS, 'StatefulSet', 'web');
    await make(PODS, 'Pod', 'web-0', [set]);
    await client.patch(at(PODS), 'web-0', 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await clock.settle();
    await client.delete(at(STATEFUL_SETS), 'web', { propagationPolicy: 'Foreground' });
    await clock.settle();
    expect(await left(STATEFUL_SETS)).toEqual(['web']);
    expect((await client.get(at(PODS), 'web-0')).metadata.deletionTimestamp).toBeDefined();
    await client.patch(at(PODS), 'web-0', 'merge', { metadata: { finalizers: null } });
    await clock.settle();
    expect(await left(STATEFUL_SETS)).toEqual([]);
  });

  it('orphans: strikes the owner out and leaves the dependents', async () => {
    const { clock, client, make, left } = await world();
    const set = await make(STATEFUL_SETS, 'StatefulSet', 'web');
    await make(PODS, 'Pod', 'web-0', [set]);
    await clock.settle();
    await client.delete(at(STATEFUL_SETS), 'web', { propagationPolicy: 'Orphan' });
    await clock.settle();
    expect([await left(STATEFUL_SETS), await left(PODS)]).toEqual([[], ['web-0']]);
    expect((await client.get(at(PODS), 'web-0')).metadata.ownerReferences).toBeUndefined();
  });

  it('orphans what its caches have not heard of, too', async () => {
    const { clock, client, make, left } = await world();
    const set = await make(STATEFUL_SETS, 'StatefulSet', 'web');
    await clock.settle();
    client.disconnect('pods', new Error('gone away'));
    await make(PODS, 'Pod', 'web-0', [set]);
    await client.delete(at(STATEFUL_SETS), 'web', { propagationPolicy: 'Orphan' });
    await clock.settle();
    await clock.advance(120_000);
    expect([await left(STATEFUL_SETS), await left(PODS)]).toEqual([[], ['web-0']]);
  });
});
