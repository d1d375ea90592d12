import { PODS } from '../../client/resources.ts';
import { URGENT } from './cluster.ts';
import { livePods, NAMESPACE, present } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';

const TARGET = { ...PODS, namespace: NAMESPACE };
const NAMES = ['urgent-a', 'urgent-b', 'urgent-c'];
/** Of the 32 a node has: none, one or two of the members there can stay. */
const CPU = ['31900m', '31750m', '31500m'];

export const runUrgent: OperationDefinition = {
  name: 'run-urgent',
  title: 'runs an urgent pod that needs nearly all of a node for a while: members there have to make room',
  weight: 9,
  draw(random, world) {
    if (present(world, 'scheduling.k8s.io/priorityclasses').every(({ metadata }) => metadata.name !== URGENT))
      return null;
    // Where somebody is: else there is nobody to make room.
    const placed = livePods(world).filter(({ spec }) => spec?.nodeName !== undefined);
    if (placed.length === 0) return null;
    const node = random.pick(placed).spec?.nodeName;
    return { name: random.pick(NAMES), node, cpu: random.pick(CPU), forMs: random.int(20_000, 100_000) };
  },
  async perform(world, { name, node, cpu, forMs }) {
    world.clock.setTimer(
      forMs as number,
      () => void world.client.delete(TARGET, name as string).catch(() => undefined),
    );
    await world.client.create(TARGET, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        priorityClassName: URGENT,
        nodeSelector: { 'kubernetes.io/hostname': node },
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'urgent:v1', resources: { requests: { cpu } } }],
      },
    });
  },
};
