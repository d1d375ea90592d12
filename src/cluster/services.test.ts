import { expect, it } from 'vitest';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { SERVICES } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import { SharedNetwork } from '../node/runtimes/process/shared-network.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { proxyServices, renewApiService } from './services.ts';

const at = { ...SERVICES, namespace: 'default' };
const service = (name: string, clusterIP: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: { component: 'apiserver' } },
  spec: { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ name: 'https', port: 443 }] },
});

it("gives the API's Service an address of the range, and leaves it alone when it has one", async () => {
  const client = new MemoryClient(new ManualClock());
  await client.create(at, service('kubernetes', '10.96.0.1'));
  const { length } = client.log;
  await renewApiService(client, '10.96.0.1');
  expect(client.log).toHaveLength(length);
  await renewApiService(client, '127.9.0.1');
  const now = await client.get(at, 'kubernetes');
  expect(now).toMatchObject({ metadata: { labels: { component: 'apiserver' } } });
  expect(now.spec).toEqual({ ...service('', '').spec, clusterIP: '127.9.0.1', clusterIPs: ['127.9.0.1'] });
});

it('serves Services only once there is one that is not the API’s, nor headless', async () => {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const serviceRange = '127.9.0.0/16';
  const proxy = proxyServices({
    options: { ...DEFAULT_OPTIONS, dataDir: '' },
    port: 1,
    network: { pods: new SharedNetwork('test', 'loopback'), serviceRange },
    informers,
    clock,
    events: new EventBroadcaster(client, clock),
  });
  const services = informers.informer(SERVICES);
  void services.start();
  // The proxy is the one who asks for slices.
  const asked = () => [...informers.all()].some(({ target }) => target.resource === 'endpointslices');
  await client.create(at, service('kubernetes', '127.9.0.1'));
  await client.create(at, service('db', 'None'));
  await clock.settle();
  expect(asked()).toBe(false);
  await client.create(at, service('web', '127.9.0.7'));
  await clock.settle();
  await proxy.stop();
  expect(asked()).toBe(true);
});
