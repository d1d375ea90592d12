import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../api/apps/stateful-set-opt-ins.ts';
import type { WatchEvent } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Pod } from '../framework/objects.ts';
import { pods, sets, startWorld, webSet } from './testing/world.ts';

const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });

describe('a controller whose cache is behind its own writes', () => {
  it('does not take a member it has deleted for one that is there', async () => {
    const world = await startWorld();
    const { client, clock } = world;
    await client.create(sets, webSet({}, { podManagementPolicy: 'Parallel', replicas: 3 }));
    await clock.settle();
    for (const name of ['web-0', 'web-1', 'web-2']) await world.ready(name);
    client.hold('pods');
    await client.patch(sets, 'web', 'merge', image('b'));
    await clock.advance(1_000);
    await client.patch(sets, 'web', 'merge', { metadata: { labels: { wake: 'up' } } });
    await clock.advance(1_000);
    expect(client.log.filter((line) => line.startsWith('delete pods'))).toEqual(['delete pods/web-2']);
    client.release('pods');
    await clock.advance(10_000);
    expect(client.log.filter((line) => /^(delete|create) pods/.test(line)).slice(3)).toEqual([
      'delete pods/web-2',
      'create pods/web-2',
    ]);
  });

  it('does not delete a later pod of the name', async () => {
    const world = await startWorld();
    const { client, clock } = world;
    await client.create(sets, webSet({}, { replicas: 1 }));
    await clock.settle();
    await world.ready('web-0');
    const { uid: _, resourceVersion: __, ...metadata } = (await client.get<Pod>(pods, 'web-0')).metadata;
    client.hold('pods');
    await client.delete(pods, 'web-0');
    const later = await client.create<KubeObject>(pods, { ...(await podLike()), metadata });
    await client.patch(sets, 'web', 'merge', { spec: { replicas: 0 } });
    await clock.advance(1_000);
    expect((await client.get(pods, 'web-0')).metadata.uid).toBe(later.metadata.uid);
    client.release('pods');
    await clock.advance(100_000);
    expect(await world.names()).toEqual([]);
  });
});

it('does not write over the status of a controller that has seen more of the set', async () => {
  const world = await startWorld();
  const { client, clock } = world;
  await client.create(sets, webSet({}, { replicas: 1 }));
  await clock.settle();
  await world.ready('web-0');
  const observed: number[] = [];
  const { resourceVersion = '' } = (await client.get(sets, 'web')).metadata;
  const onEvents = (events: readonly WatchEvent<KubeObject>[]): void => {
    for (const event of events) if (event.type !== 'BOOKMARK') observed.push(event.object.status.observedGeneration);
  };
  client.watch<KubeObject>(sets, { resourceVersion }, { onEvents, onEnd: () => {} });
  client.intercept = ({ resource, subresource }) => {
    if (resource !== 'statefulsets' || subresource !== 'status') return;
    client.intercept = () => {};
    void client.patch(sets, 'web', 'merge', { spec: { replicas: 3 } });
    void client.patch(sets, 'web', 'merge', { status: { observedGeneration: 3 } }, 'status');
  };
  await client.patch(sets, 'web', 'merge', { spec: { replicas: 2 } });
  await clock.advance(1_000);
  expect(Math.max(...observed)).toBe(3);
  expect(observed).toEqual(observed.toSorted((a, b) => a - b));
});

const podLike = async () => ({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } });

describe('annotations that cannot be read', () => {
  it('are told of once, and count as absent', async () => {
    const world = await startWorld();
    await world.client.create(sets, webSet({ [OPT_IN.reserved]: 'zero', [OPT_IN.conditions]: 'true' }));
    await world.clock.settle();
    await world.ready('web-0');
    const told = (await world.events()).filter((event) => event.startsWith('InvalidAnnotation'));
    expect(told).toEqual([
      `InvalidAnnotation: metadata.annotations[${OPT_IN.reserved}]: "zero" is ignored: "zero" is no ordinal; write ordinals from 0 to 1000000000 and ranges of them joined by commas, as in "1,4-6"`,
    ]);
    expect(world.client.log.filter((line) => line.startsWith('patch events'))).toEqual([]);
    expect(await world.names()).toEqual(['web-0', 'web-1']);
    expect((await world.condition('Available'))?.status).toBe('False');
  });
});

describe('a member that was never ready', () => {
  it('is not replaced when it has become ready while the cache was behind', async () => {
    const world = await startWorld();
    const { client, clock } = world;
    await client.create(sets, webSet({ [OPT_IN.stuckRollout]: 'replace-never-ready' }, { replicas: 1 }));
    await clock.settle();
    const { uid } = (await client.get(pods, 'web-0')).metadata;
    await world.begin('web-0');
    client.hold('pods');
    await world.ready('web-0');
    let refused = 0;
    client.intercept = ({ verb, resource }) => {
      if (verb === 'delete' && resource === 'pods') refused++;
    };
    await client.patch(sets, 'web', 'merge', image('b'));
    await clock.advance(100);
    expect((await client.get(pods, 'web-0')).metadata.uid).toBe(uid);
    expect(refused).toBeGreaterThan(0);
  });
});
