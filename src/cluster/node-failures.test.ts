import { beforeEach, expect, it } from 'vitest';
import { NODE_FAILURE } from '../api/shared/node-failure.ts';
import { systemRandom } from '../base/random.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EVENTS, LEASES, NODES, PODS } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import { type AgentManager, createAgentManager } from '../node/agent-manager.ts';
import type { KubeObject } from '../schema/object.ts';
import { NodeFailures } from './node-failures.ts';

const NAME = 'node-1';
const inNamespace = { ...PODS, namespace: 'n' };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { nodeName: NAME, restartPolicy: 'Always', containers: [{ name: 'c', image: 'app:1' }] },
};

let clock: ManualClock;
let client: MemoryClient;
let manager: AgentManager;
let failures: NodeFailures;
let launches: number;

beforeEach(async () => {
  clock = new ManualClock();
  client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  manager = createAgentManager({ client, informers, clock, random: systemRandom, events });
  await manager.start();
  launches = 0;
  failures = new NodeFailures({
    manager,
    informers,
    recorder: events.recorder({ component: 'perdure' }),
    launch: (name) => {
      launches++;
      return manager.addSimulated({ name });
    },
    onError: (_, error) => {
      throw error;
    },
  });
});

async function play(failure: string | null): Promise<void> {
  await client.patch(NODES, NAME, 'merge', { metadata: { annotations: { [NODE_FAILURE]: failure } } });
  await clock.settle();
}
const renewal = async (): Promise<string> =>
  (await client.get<KubeObject>({ ...LEASES, namespace: 'kube-node-lease' }, NAME)).spec.renewTime;
async function isSilent(): Promise<boolean> {
  const before = await renewal();
  await clock.advance(60_000);
  return (await renewal()) === before;
}
const running = (): number => manager.agents.get(NAME)?.workers.size ?? 0;

it('turns a node off and on again: what ran is gone, and nobody was told', async () => {
  await failures.start(NAME);
  await client.create(inNamespace, POD);
  await clock.advance(5_000);
  const before = await client.get<KubeObject>(inNamespace, 'p');
  expect(before.status?.phase).toBe('Running');

  await play('power-off');
  expect([manager.agents.has(NAME), await isSilent()]).toEqual([false, true]);
  expect((await client.get<KubeObject>(inNamespace, 'p')).status).toEqual(before.status);
  await play(null);
  expect([launches, running(), await isSilent()]).toEqual([2, 1, false]);
  const told = (await client.list<KubeObject>(EVENTS)).items.map(({ reason }) => reason);
  expect(told).toEqual(expect.arrayContaining(['FailurePlayed', 'FailureEnded']));
});

it('cuts a node off: its pods run on, and it hears of what it missed when it is back', async () => {
  await failures.start(NAME);
  await client.create(inNamespace, POD);
  await clock.advance(5_000);
  await play('cut-off');
  expect([await isSilent(), manager.directory(NAME), running()]).toEqual([true, null, 1]);

  await client.delete(inNamespace, 'p', { gracePeriodSeconds: 0 });
  await client.create(inNamespace, { ...POD, metadata: { name: 'q' } });
  await clock.advance(5_000);
  expect(running()).toBe(1);
  expect((await client.get<KubeObject>(inNamespace, 'q')).status?.phase).not.toBe('Running');

  await play(null);
  await clock.advance(60_000);
  expect([launches, running(), await isSilent()]).toEqual([1, 1, false]);
  expect((await client.get<KubeObject>(inNamespace, 'q')).status?.phase).toBe('Running');
});

it('starts no node that has no power, until its Node says so or is made again without it', async () => {
  const annotations = { [NODE_FAILURE]: 'power-off' };
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME, annotations } });
  await clock.settle();
  await failures.start(NAME);
  expect(launches).toBe(0);

  await client.delete(NODES, NAME);
  await clock.advance(60_000);
  expect(launches).toBe(0);
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME } });
  await clock.settle();
  expect([launches, manager.agents.has(NAME)]).toEqual([1, true]);
});

it('plays nothing it does not know', async () => {
  await failures.start(NAME);
  await play('meteorite');
  expect([manager.agents.has(NAME), await isSilent()]).toEqual([true, false]);
});
