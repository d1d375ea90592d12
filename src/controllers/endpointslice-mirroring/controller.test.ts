import { expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import { createEndpointSliceMirroring } from './controller.ts';

const services = { ...SERVICES, namespace: 'ns' };
const endpoints = { ...ENDPOINTS, namespace: 'ns' };
const service = (spec: object = {}) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec });
const byHand = (subsets: readonly object[], labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', labels: { app: 'db', ...labels }, annotations: { note: 'kept' } },
  subsets,
});
const subset = (ip: string, port = 5432) => ({ addresses: [{ ip }], ports: [{ name: 'sql', port, protocol: 'TCP' }] });

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const controller = createEndpointSliceMirroring({
    client,
    informers,
    clock,
    random: systemRandom,
    events,
    gates: {},
  });
  void controller.start();
  await clock.settle();
  const slices = async () => (await client.list(ENDPOINT_SLICES)).items;
  return { clock, client, slices };
}

it('mirrors Endpoints kept by hand, ready and not, with their changes and their end', async () => {
  const { clock, client, slices } = await world();
  await client.create(services, service());
  const unready = { notReadyAddresses: [{ ip: '192.0.2.3', hostname: 'c' }], ...subset('192.0.2.2') };
  const made = await client.create(endpoints, byHand([unready, subset('fd00::2')]));
  await clock.settle();
  expect(await slices()).toMatchObject([
    {
      metadata: {
        generateName: 'db-',
        labels: {
          app: 'db',
          'kubernetes.io/service-name': 'db',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
        annotations: { note: 'kept' },
        ownerReferences: [{ kind: 'Endpoints', name: 'db', controller: true }],
      },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['192.0.2.2'], conditions: { ready: true } },
        { addresses: ['192.0.2.3'], conditions: { ready: false }, hostname: 'c' },
      ],
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    },
    { addressType: 'IPv6', endpoints: [{ addresses: ['fd00::2'] }] },
  ]);
  const [first] = await slices();
  const { length } = client.log;
  await client.update(endpoints, { ...made, subsets: [subset('192.0.2.9', 5433)] });
  await clock.settle();
  const now = await slices();
  expect(now).toMatchObject([{ metadata: { name: first!.metadata.name }, ports: [{ port: 5433 }] }]);
  // The change itself, one slice written, one deleted.
  expect(client.log.length - length).toBe(3);
  await client.delete(endpoints, 'db');
  await clock.settle();
  expect(await slices()).toEqual([]);
});

it('leaves alone what controllers keep, and what asks to be left alone', async () => {
  const { clock, client, slices } = await world();
  const made = await client.create(services, service({ selector: { app: 'db' } }));
  const skip = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  const endpointsMade = await client.create(endpoints, byHand([subset('192.0.2.2')], skip));
  await clock.settle();
  expect(await slices()).toEqual([]);
  await client.update(services, { ...made, spec: {} });
  await clock.settle();
  expect(await slices()).toEqual([]);
  const changed = { ...endpointsMade, metadata: { ...endpointsMade.metadata, labels: {} } };
  await client.update(endpoints, changed);
  await clock.settle();
  expect(await slices()).toHaveLength(1);
  await client.update(services, { ...(await client.get(services, 'db')), spec: { selector: { app: 'db' } } });
  await clock.settle();
  expect(await slices()).toEqual([]);
});
