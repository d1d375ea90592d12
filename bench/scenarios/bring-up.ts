import { drive, open, waitFor } from '../load.ts';
import { type SetOptions, statefulSet } from '../objects.ts';
import type { RawClient } from '../raw-client.ts';
import type { Figure, Scenario } from '../scenario.ts';
import { peakMiB, usage } from '../server.ts';

const SETS = '/apis/apps/v1/namespaces/default/statefulsets';

/** Ready replicas over all sets, from one list. */
async function readyReplicas(client: RawClient): Promise<number> {
  const { body } = await client.request('GET', `${SETS}?resourceVersion=0`);
  let total = 0;
  for (const match of body.toString('latin1').matchAll(/"readyReplicas":(\d+)/g)) total += Number(match[1]);
  return total;
}

function bringUp(name: string, sets: number, options: SetOptions): Scenario {
  return {
    name,
    what: `${sets} StatefulSets x ${options.replicas}, ${options.policy}${options.claims ? ', a claim per pod' : ''}, durable store`,
    args: ['--runtime', 'simulated', '--nodes', '30'],
    async run(server) {
      const clients = await open(server.endpoint, 8);
      const start = performance.now();
      await drive(clients, sets, (client, i) => client.request('POST', SETS, statefulSet(`s${i}`, options)), [201]);
      const wanted = sets * options.replicas;
      await waitFor(async () => (await readyReplicas(clients[0]!)) >= wanted, 240_000, 50);
      const figures: Figure[] = [{ name: `${name}: all Ready`, value: (performance.now() - start) / 1000, unit: 's' }];
      if (server.pid !== 0) {
        // Says more than wall time where others use the machine too.
        figures.push({ name: `${name}: CPU of the server`, value: usage(server.pid).cpuSeconds, unit: 's' });
        figures.push({ name: `${name}: peak memory`, value: peakMiB(server.pid), unit: 'MiB' });
      }
      for (const client of clients) client.close();
      return figures;
    },
  };
}

const ordered = (claims: boolean): SetOptions => ({ replicas: 3, policy: 'OrderedReady', claims });

export const bringUps: readonly Scenario[] = [
  bringUp('100x3', 100, ordered(false)),
  bringUp('100x3-parallel', 100, { ...ordered(false), policy: 'Parallel' }),
  bringUp('1000x3', 1000, ordered(false)),
  bringUp('1000x3-parallel', 1000, { ...ordered(false), policy: 'Parallel' }),
  bringUp('100x3-claims', 100, ordered(true)),
  bringUp('1000x3-claims', 1000, ordered(true)),
];

const REPLICAS = 100;

export const hundred: Scenario = {
  name: 'hundred',
  what: `one OrderedReady set of ${REPLICAS} replicas: up, rolled, down`,
  args: ['--runtime', 'simulated', '--nodes', '5'],
  async run(server) {
    const clients = await open(server.endpoint, 1);
    const client = clients[0]!;
    /** Status once it speaks of the newest spec; before that it says nothing. */
    const status = async (): Promise<Record<string, number | string | undefined>> => {
      const set = JSON.parse((await client.request('GET', `${SETS}/one`)).body.toString());
      return set.status.observedGeneration === set.metadata.generation ? set.status : {};
    };
    const timed = async (begin: () => Promise<unknown>, done: () => Promise<boolean>): Promise<number> => {
      const start = performance.now();
      await begin();
      await waitFor(done, 120_000, 2);
      return (performance.now() - start) / 1000;
    };
    const options: SetOptions = { replicas: REPLICAS, policy: 'OrderedReady', claims: false };
    const up = await timed(
      () => client.request('POST', SETS, statefulSet('one', options)),
      async () => (await status()).readyReplicas === REPLICAS,
    );
    const image = JSON.stringify({
      spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.26' }] } } },
    });
    const rolled = await timed(
      () => client.request('PATCH', `${SETS}/one`, image, 'application/strategic-merge-patch+json'),
      async () => {
        const now = await status();
        return (
          now.updatedReplicas === REPLICAS &&
          now.readyReplicas === REPLICAS &&
          now.currentRevision === now.updateRevision
        );
      },
    );
    const down = await timed(
      () =>
        client.request(
          'PATCH',
          `${SETS}/one`,
          JSON.stringify({ spec: { replicas: 0 } }),
          'application/merge-patch+json',
        ),
      async () => (await status()).replicas === 0,
    );
    client.close();
    return [
      { name: 'set of 100: up', value: up, unit: 's' },
      { name: 'set of 100: rolled', value: rolled, unit: 's' },
      { name: 'set of 100: down', value: down, unit: 's' },
    ];
  },
};
