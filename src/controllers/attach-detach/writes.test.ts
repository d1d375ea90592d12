import { expect, it } from 'vitest';
import { NODES } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { Node } from '../framework/objects.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import { AttachmentWriter } from './writes.ts';

const DEVICE = 'kubernetes.io/csi/csi.perdure.dev^v';
const OTHER = 'kubernetes.io/csi/csi.perdure.dev^w';
const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { csi: { driver: 'csi.perdure.dev', volumeHandle: 'v' } },
};

async function world() {
  const client = new MemoryClient(new ManualClock());
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, spec: {} });
  const writer = new AttachmentWriter(client);
  const read = () => client.get<Node>(NODES, 'a');
  await writer.setAttached(await read(), () => [OTHER, DEVICE]);
  const attached = async () =>
    ((await read()).status?.volumesAttached as { name: string }[] | undefined)?.map(({ name }) => name);
  return { client, writer, read, attached };
}

it('takes a volume from a node that does not use it, and only that one', async () => {
  const { writer, read, attached } = await world();
  expect(await attached()).toEqual([DEVICE, OTHER]);
  expect(await writer.withdraw(await read(), volume, false)).toBe(true);
  expect(await attached()).toEqual([OTHER]);
});

it('does not take it when the node began to use it behind our cache', async () => {
  const { client, writer, read, attached } = await world();
  const stale = await read();
  const status = { ...stale.status, volumesInUse: [DEVICE] };
  await client.update(NODES, { ...stale, status }, 'status');
  expect(await writer.withdraw(stale, volume, false)).toBe(false);
  expect(await attached()).toEqual([DEVICE, OTHER]);
  expect(await writer.withdraw(stale, volume, true)).toBe(true);
  expect(await attached()).toEqual([OTHER]);
});

it('remembers what it wrote until the cache has it too', async () => {
  const { writer, read, attached } = await world();
  const stale = {
    ...(await read()),
    metadata: { name: 'a', uid: (await read()).metadata.uid!, resourceVersion: '1' },
    status: {},
  };
  expect(await writer.withdraw(stale, volume, false)).toBe(true);
  expect(await attached()).toEqual([OTHER]);
});

it('does not let a volume go while a write of ours is under way that lists it', async () => {
  const { writer, read, attached } = await world();
  const bare = await read();
  await writer.setAttached(bare, () => [OTHER]);
  const seen = await read();
  let leaving = false;
  const listed = writer.setAttached(seen, () => (leaving ? [OTHER] : [OTHER, DEVICE]));
  leaving = true;
  const gone = writer.withdraw(seen, volume, false);
  const again = writer.setAttached(seen, () => [OTHER]);
  await Promise.all([listed, again]);
  expect(await gone).toBe(true);
  expect(await attached()).toEqual([OTHER]);
});

it('does not take the word of a cache that does not list it', async () => {
  const { client, writer, read, attached } = await world();
  const { metadata } = await read();
  // Written by the one who led before, and not heard of yet.
  const behind = { ...(await read()), metadata: { ...metadata, resourceVersion: '1' }, status: {} };
  const other = new AttachmentWriter(client);
  expect(await other.withdraw(behind, volume, false)).toBe(true);
  expect(await attached()).toEqual([OTHER]);
  expect(await writer.withdraw(await read(), volume, false)).toBe(true);
});
