import { drive, open, waitFor } from '../load.ts';
import { placedPod } from '../objects.ts';
import type { Figure, Scenario } from '../scenario.ts';
import { usage } from '../server.ts';

const PODS = '/api/v1/namespaces/default/pods';
const NODES = 500;
const APPS = 50;
const MEMBERS = 100;

/** Pods that cannot be placed without looking at all others: every constraint is hard. */
export const scheduling: Scenario = {
  name: 'scheduling',
  what: `${APPS * MEMBERS} pods of ${APPS} applications over ${NODES} nodes: spread over zones and hosts, members apart`,
  args: ['--runtime', 'simulated', '--ephemeral', '--nodes', String(NODES), '--zones', 'a,b,c,d,e'],
  async run(server) {
    const clients = await open(server.endpoint, 16);
    const before = server.pid === 0 ? 0 : usage(server.pid).cpuSeconds;
    const start = performance.now();
    await drive(clients, APPS * MEMBERS, (client, i) => client.request('POST', PODS, placedPod(i, i % APPS)), [201]);
    const created = (performance.now() - start) / 1000;
    const unbound = `${PODS}?fieldSelector=spec.nodeName%3D&limit=1&resourceVersion=0`;
    await waitFor(
      async () => (await clients[0]!.request('GET', unbound)).body.toString().includes('"items":[]'),
      120_000,
      100,
    );
    const bound = (performance.now() - start) / 1000;
    for (const client of clients) client.close();
    const figures: Figure[] = [
      { name: 'scheduling: pods created', value: created, unit: 's' },
      { name: 'scheduling: all bound', value: bound, unit: 's' },
    ];
    if (server.pid !== 0) {
      const value = usage(server.pid).cpuSeconds - before;
      figures.push({ name: 'scheduling: CPU of the server', value, unit: 's' });
    }
    return figures;
  },
};
