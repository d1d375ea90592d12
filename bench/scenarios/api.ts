import { drive, open } from '../load.ts';
import { bigPod, configMap } from '../objects.ts';
import { RawClient } from '../raw-client.ts';
import type { Figure, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const CLIENTS = [1, 16, 64];

async function createsAndGets(server: Server): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of CLIENTS) {
    const clients = await open(server.endpoint, count);
    const total = count === 1 ? 2_000 : 15_000;
    const names = Array.from({ length: total }, (_, i) => configMap(`c${count}-${i}`));
    const creates = await drive(clients, total, (client, i) => client.request('POST', MAPS, names[i]!), [201]);
    figures.push({ name: `create 1 KiB, ${count} clients`, value: creates.perSecond, unit: '/s' });
    const gets = await drive(
      clients,
      count === 1 ? 5_000 : 40_000,
      (client, i) => client.request('GET', `${MAPS}/c${count}-${i % total}`),
      [200],
    );
    figures.push({ name: `get 1 KiB, ${count} clients`, value: gets.perSecond, unit: '/s' });
    for (const client of clients) client.close();
  }
  return figures;
}

export const api: Scenario = {
  name: 'api',
  what: 'creates and gets of 1 KiB ConfigMaps, durable store',
  args: ['--runtime', 'simulated', '--nodes', '0'],
  run: createsAndGets,
};

export const list: Scenario = {
  name: 'list',
  what: 'one list of 10,000 pods of 3 KB',
  args: ['--runtime', 'simulated', '--nodes', '0'],
  async run(server) {
    const clients = await open(server.endpoint, 32);
    await drive(clients, 10_000, (client, i) => client.request('POST', PODS, bigPod(`p${i}`)), [201]);
    const times: number[] = [];
    let bytes = 0;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      bytes = (await clients[0]!.request('GET', `${PODS}?resourceVersion=0`)).body.length;
      times.push(performance.now() - start);
    }
    for (const client of clients) client.close();
    return [
      { name: 'list 10,000 pods (median of 5)', value: times.sort((a, b) => a - b)[2]!, unit: 'ms' },
      { name: 'size of that list', value: bytes / 2 ** 20, unit: 'MiB' },
    ];
  },
};

const WATCHERS = 1_000;
const UPDATES = 1_000;

export const watch: Scenario = {
  name: 'watch',
  what: `${WATCHERS} watches, ${UPDATES} updates, all delivered`,
  args: ['--runtime', 'simulated', '--nodes', '0'],
  async run(server) {
    const writer = await RawClient.open(server.endpoint);
    const made = await writer.request(
      'POST',
      MAPS,
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'w' }, data: { n: '-' } }),
    );
    const version = JSON.parse(made.body.toString()).metadata.resourceVersion;
    let delivered = 0;
    const marker = Buffer.from('"type":"MODIFIED"');
    const watchers = await open(server.endpoint, WATCHERS);
    let done = (): void => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    for (const watcher of watchers) {
      let rest: Buffer = Buffer.alloc(0);
      watcher.watch(`${MAPS}?watch=1&resourceVersion=${version}`, (chunk) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        let at = bytes.indexOf(marker);
        let end = 0;
        while (at >= 0) {
          delivered++;
          end = at + marker.length;
          at = bytes.indexOf(marker, end);
        }
        rest = bytes.subarray(Math.max(end, bytes.length - marker.length + 1));
        if (delivered >= WATCHERS * UPDATES) done();
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const start = performance.now();
    for (let i = 0; i < UPDATES; i++) {
      await writer.request(
        'PATCH',
        `${MAPS}/w`,
        JSON.stringify({ data: { n: String(i), payload: 'y'.repeat(512) } }),
        'application/merge-patch+json',
      );
    }
    await all;
    const seconds = (performance.now() - start) / 1000;
    for (const client of [...watchers, writer]) client.close();
    return [{ name: `${WATCHERS} watches x ${UPDATES} updates`, value: seconds, unit: 's' }];
  },
};
