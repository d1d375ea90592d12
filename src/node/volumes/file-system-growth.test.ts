import { expect, it } from 'vitest';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { FileSystemGrowth } from './file-system-growth.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const object = (kind: string, name: string, rest: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'n' }, ...rest }) as KubeObject;

async function world(grow: (size: number) => Promise<void>) {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const events: string[] = [];
  const claim = await client.create(claims, object('PersistentVolumeClaim', 'data-web-0', { spec: {} }));
  const status = {
    phase: 'Bound',
    capacity: { storage: '1Gi' },
    allocatedResources: { storage: '2Gi' },
    allocatedResourceStatuses: { storage: 'NodeResizePending' },
  };
  const pending = await client.update(claims, { ...claim, status } as KubeObject, 'status');
  const growth = new FileSystemGrowth({
    client,
    clock,
    nodeName: 'a',
    grow: (_volume, size) => grow(size),
    event: (subject, _type, reason) => events.push(`${subject.metadata.name}: ${reason}`),
  });
  const capacity = async () => (await client.get(claims, 'data-web-0')).status?.capacity?.storage;
  return { clock, growth, pending, events, capacity, volume: object('PersistentVolume', 'pv') };
}

it('goes on for the pod that came in the place of the one it was begun for', async () => {
  let works = false;
  const { clock, growth, pending, events, capacity, volume } = await world(async () => {
    if (!works) throw new Error('not now');
  });
  let first = true;
  const begun = growth.run(object('Pod', 'one'), pending, volume, () => first);
  await clock.settle();
  expect(events).toEqual(['one: VolumeResizeFailed', 'data-web-0: VolumeResizeFailed']);
  // The first is gone before the next attempt, and a second has the volume mounted by then.
  first = false;
  works = true;
  const taken = growth.run(object('Pod', 'two'), pending, volume, () => true);
  await clock.advance(1_000);
  await Promise.all([begun, taken]);
  expect(await capacity()).toBe('2Gi');
  expect(events.slice(2)).toEqual(['two: FileSystemResizeSuccessful', 'data-web-0: FileSystemResizeSuccessful']);
});

it('ends with the last pod that had the volume mounted, and can be begun again', async () => {
  let grown = 0;
  const { clock, growth, pending, volume } = await world(async (size) => {
    grown = size;
    if (size > 0) throw new Error('not now');
  });
  let mounted = true;
  const run = growth.run(object('Pod', 'one'), pending, volume, () => mounted);
  await clock.settle();
  mounted = false;
  await clock.advance(1_000);
  await run;
  grown = 0;
  void growth.run(object('Pod', 'two'), pending, volume, () => true);
  await clock.settle();
  expect(grown).toBe(2 * 2 ** 30);
});
