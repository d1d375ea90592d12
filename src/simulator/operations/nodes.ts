import { SELF_FENCING } from '../../api/shared/self-fencing.ts';
import { NODES } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { World } from '../world/world.ts';
import { anyName, named, present } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';
import { evict } from './pods.ts';

export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

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

/** Nodes whose machines have no power. */
function nodesThatAreOff(world: World): readonly KubeObject[] {
  return present(world, 'core/nodes').filter(({ metadata }) => world.machines.get(metadata.name ?? '')?.on === false);
}

export const outOfService: OperationDefinition = {
  name: 'out-of-service',
  title: 'declares a machine that is off out of service, and takes that back later: its volumes are free at once',
  weight: 2,
  draw: (random, world) => named(anyName(random, nodesThatAreOff(world)), { forMs: random.int(30_000, 120_000) }),
  async perform(world, { name, forMs }) {
    const others = (): readonly Taint[] =>
      (world.history.now(`core/nodes/${name}`)?.spec?.taints ?? []).filter(({ key }: Taint) => key !== OUT_OF_SERVICE);
    const set = (taints: readonly Taint[]): Promise<unknown> =>
      world.client.patch(NODES, name as string, 'merge', { spec: { taints } });
    world.clock.setTimer(forMs as number, () => void set(others()).catch(() => undefined));
    await set([...others(), { key: OUT_OF_SERVICE, value: 'nodeshutdown', effect: 'NoExecute' }]);
  },
};

export const selfFencing: OperationDefinition = {
  name: 'self-fencing',
  title: 'asks a node to fence itself when it cannot renew its lease, or takes that back',
  weight: 3,
  draw(random, world) {
    const nodes = present(world, 'core/nodes');
    const isAsked = ({ metadata }: KubeObject): boolean => metadata.annotations?.[SELF_FENCING] !== undefined;
    if (!nodes.some(isAsked)) return null;
    return named(anyName(random, nodes), { on: random.chance(0.8) });
  },
  perform: (world, { name, on }) => askToFence(world, name as string, on === true),
};

export async function askToFence(world: World, name: string, on: boolean): Promise<void> {
  const annotations = { [SELF_FENCING]: on ? 'true' : null };
  await world.client.patch(NODES, name, 'merge', { metadata: { annotations } });
}

export const deleteNode: OperationDefinition = {
  name: 'delete-node',
  title: 'deletes the Node object of a machine that is away: the user says it is dead',
  weight: 1,
  draw: (random, world) => named(anyName(random, nodesThatAreOff(world))),
  async perform(world, { name }) {
    await world.client.delete(NODES, name as string);
  },
};
