import { NODES } from '../../client/resources.ts';
import { anyName, named, present } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';
import { evict } from './pods.ts';

export const drain: OperationDefinition = {
  name: 'drain',
  title: 'cordons a node and evicts its pods, once each; whatever a budget refuses stays',
  weight: 3,
  draw: (random, world) => named(anyName(random, present(world, 'core/nodes')), { forMs: random.int(20_000, 180_000) }),
  async perform(world, { name, forMs }) {
    const cordon = (unschedulable: boolean | null): Promise<unknown> =>
      world.client.patch(NODES, name as string, 'merge', { spec: { unschedulable } });
    world.clock.setTimer(forMs as number, () => void cordon(null).catch(() => undefined));
    await cordon(true);
    for (const pod of present(world, 'core/pods')) {
      if (pod.spec?.nodeName === name) await evict(world, pod.metadata.name ?? '').catch(() => undefined);
    }
  },
};

export const deleteNode: OperationDefinition = {
  name: 'delete-node',
  title: 'deletes the Node object of a machine that is away: the user says it is dead',
  weight: 1,
  draw: (random, world) => {
    const off = [...world.machines.values()].filter((machine) => !machine.on).map(({ name }) => name);
    const away = present(world, 'core/nodes').filter((node) => off.includes(node.metadata.name ?? ''));
    return named(anyName(random, away));
  },
  async perform(world, { name }) {
    await world.client.delete(NODES, name as string);
  },
};
