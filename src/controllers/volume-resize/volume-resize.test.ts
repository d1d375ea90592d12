import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EVENTS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import { VolumeFault } from '../framework/volume-backend.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import { createVolumeResizeController } from './controller.ts';
import { decideResize } from './decide.ts';

const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };

const claim = (request: string, status: object = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n' },
  spec: { volumeName: 'v', resources: { requests: { storage: request } } },
  status: { phase: 'Bound', capacity: { storage: '1Gi' }, ...status },
});
const volume = (storage: string, spec: object = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': 'perdure.dev/local' } },
  spec: { capacity: { storage }, ...spec },
});
const at = (step: string, size: string) => ({
  allocatedResources: { storage: size },
  allocatedResourceStatuses: { storage: step },
});

describe('the growth of a claim', () => {
  it.each([
    ['it has what it asks for', claim('1Gi'), volume('1Gi'), null],
    ['it is not bound', claim('2Gi', { phase: 'Pending' }), volume('1Gi'), null],
    ['it begins', claim('2Gi'), volume('1Gi'), { size: '2Gi', begins: true }],
    [
      'a growth under way comes first',
      claim('3Gi', at('ControllerResizeInProgress', '2Gi')),
      volume('1Gi'),
      { size: '2Gi', begins: false },
    ],
    ['the node is at it', claim('3Gi', at('NodeResizePending', '2Gi')), volume('2Gi'), null],
    [
      'the node waits for the volume',
      claim('2Gi', at('NodeResizePending', '2Gi')),
      volume('1Gi'),
      { size: '2Gi', begins: true },
    ],
    ['it can never be had', claim('9Gi', at('ControllerResizeInfeasible', '9Gi')), volume('1Gi'), null],
    [
      'less will do',
      claim('2Gi', at('ControllerResizeInfeasible', '9Gi')),
      volume('1Gi'),
      { size: '2Gi', begins: true },
    ],
    [
      'less will do on the node',
      claim('2Gi', at('NodeResizeInfeasible', '9Gi')),
      volume('9Gi'),
      { size: '2Gi', begins: true },
    ],
  ])('%s', (_, c, v, expected) => {
    expect(decideResize(c, v)).toEqual(expected === null ? { kind: 'nothing' } : { kind: 'grow', ...expected });
  });
});

async function world(expand: (bytes: number) => Promise<boolean>, mode = 'Filesystem') {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const backend = {
    create: async () => ({ path: '' }),
    delete: async () => {},
    attach: async () => {},
    detach: async () => {},
    expand: (_: string, bytes: number) => expand(bytes),
    growFileSystem: async () => {},
  };
  const events = new EventBroadcaster(client, clock);
  const controller = createVolumeResizeController({
    client,
    informers,
    clock,
    random: systemRandom,
    events,
    gates: {},
    backend,
  });
  const started = controller.start();
  await clock.settle();
  await started;
  await client.create(PERSISTENT_VOLUMES, volume('1Gi', { volumeMode: mode }));
  await client.create(CLAIMS, claim('1Gi'));
  const ask = async (storage: string) => {
    await client.patch(CLAIMS, 'c', 'merge', { spec: { resources: { requests: { storage } } } });
    await clock.settle();
    return client.get<PersistentVolumeClaim>(CLAIMS, 'c');
  };
  const reasons = async () => (await client.list<KubeObject>(EVENTS)).items.map((event) => event.reason);
  const capacity = async () => (await client.get<PersistentVolume>(PERSISTENT_VOLUMES, 'v')).spec.capacity?.storage;
  return { clock, client, ask, reasons, capacity };
}

it('leaves the file system to the node', async () => {
  const { ask, reasons, capacity } = await world(async () => true);
  const { status } = await ask('2Gi');
  expect(await capacity()).toBe('2Gi');
  expect(status).toMatchObject({ capacity: { storage: '1Gi' }, ...at('NodeResizePending', '2Gi') });
  expect(status?.conditions).toMatchObject([{ type: 'FileSystemResizePending', status: 'True' }]);
  expect(await reasons()).toEqual(['ExternalExpanding', 'Resizing', 'FileSystemResizeRequired']);
});

it('is done at once where there is no file system', async () => {
  const { ask, reasons } = await world(async () => true, 'Block');
  const { status } = await ask('2Gi');
  expect(status).toEqual({
    phase: 'Bound',
    capacity: { storage: '2Gi' },
    allocatedResources: { storage: '2Gi' },
  });
  expect(await reasons()).toContain('VolumeResizeSuccessful');
});

it('goes on until it works, and no faster than its backoff', async () => {
  let attempts = 0;
  const { ask, clock, capacity, reasons } = await world(async () => {
    if (++attempts < 4) throw new Error(`busy ${attempts}`);
    return false;
  });
  const { status } = await ask('2Gi');
  expect(attempts).toBe(1);
  expect(status?.conditions).toMatchObject([
    { type: 'ControllerResizeError', message: 'failed to expand pvc with busy 1' },
  ]);
  await clock.advance(60_000);
  expect(attempts).toBe(4);
  expect(await capacity()).toBe('2Gi');
  expect(await reasons()).toContain('VolumeResizeFailed');
});

it('recovers when the claim is content with less', async () => {
  const { ask, clock, capacity } = await world(async (bytes) => {
    if (bytes > 5 * 2 ** 30) throw new VolumeFault('infeasible', 'too much');
    return false;
  });
  expect((await ask('9Gi')).status).toMatchObject(at('ControllerResizeInfeasible', '9Gi'));
  await clock.advance(3_600_000);
  expect(await capacity()).toBe('1Gi');
  const { status } = await ask('2Gi');
  expect(status).toEqual({ phase: 'Bound', capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } });
  expect(await capacity()).toBe('2Gi');
});
