import { systemRandom } from '../../../base/random.ts';
import { EventBroadcaster } from '../../../client/events.ts';
import { InformerFactory } from '../../../client/informer-factory.ts';
import { EVENTS, PODS, STATEFUL_SETS } from '../../../client/resources.ts';
import { ManualClock } from '../../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../../client/testing/memory-client.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { Condition, Pod } from '../../framework/objects.ts';
import { createStatefulSetController } from '../controller.ts';
import type { StatefulSet } from '../types.ts';

export const pods = { ...PODS, namespace: 'n' };
export const sets = { ...STATEFUL_SETS, namespace: 'n' };

/** A set `web` as the server would store it. */
export function webSet(annotations: Readonly<Record<string, string>>, spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', annotations },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

/** A StatefulSet controller on a server in memory, where the test plays the nodes. */
export async function startWorld(gates: Readonly<Record<string, boolean>> = {}) {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const startController = async () => {
    const informers = new InformerFactory(client, clock);
    const events = new EventBroadcaster(client, clock);
    const controller = createStatefulSetController({ client, informers, clock, random: systemRandom, events, gates });
    const started = controller.start();
    await clock.settle();
    await started;
    await clock.settle();
    return () => {
      controller.stop();
      informers.stop();
      events.stop();
    };
  };
  let stopController = await startController();
  const now = () => new Date(clock.now()).toISOString();

  const setStatus = async (name: string, status: object) => {
    const pod = await client.get<Pod>(pods, name);
    await client.update(pods, { ...pod, status: { ...pod.status, ...status } } as KubeObject, 'status');
    await clock.settle();
  };
  const readiness = (name: string, status: 'True' | 'False') =>
    setStatus(name, { phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: now() }] });
  const statusOf = async () => (await client.get<StatefulSet>(sets, 'web')).status;
  return {
    clock,
    client,
    setStatus,
    ready: (name: string) => readiness(name, 'True'),
    unready: (name: string) => readiness(name, 'False'),
    /** Running, and not ready since its start. */
    begin: async (name: string) => {
      await setStatus(name, { startTime: now() });
      await readiness(name, 'False');
    },
    fail: (name: string) =>
      setStatus(name, {
        phase: 'Failed',
        containerStatuses: [{ name: 'main', state: { terminated: { finishedAt: now() } } }],
      }),
    names: async () => (await client.list(pods)).items.map((pod) => pod.metadata.name ?? '').sort(),
    status: statusOf,
    /** `Available=True MinimumReplicasAvailable` of one condition. */
    condition: async (type: string): Promise<Condition | undefined> =>
      (await statusOf())?.conditions?.find((condition) => condition.type === type),
    events: async () =>
      (await client.list({ ...EVENTS, namespace: 'n' })).items.map((event) => `${event.reason}: ${event.message}`),
    restartController: async () => {
      stopController();
      stopController = await startController();
    },
  };
}
