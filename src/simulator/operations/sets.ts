import { SERVICES, STATEFUL_SETS } from '../../client/resources.ts';
import { anyName, NAMESPACE, named, statefulSets } from './lookup.ts';
import { drawSet } from './manifests.ts';
import type { OperationDefinition } from './operation.ts';

const SETS = { ...STATEFUL_SETS, namespace: NAMESPACE };
/** Names are few, so that a name is used again soon after its set was deleted. */
export const SET_NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];

export const createSet: OperationDefinition = {
  name: 'create-set',
  title: 'creates a StatefulSet and its headless Service, perhaps under a name that was in use before',
  weight: 2,
  draw(random, world) {
    const taken = new Set(statefulSets(world).map((set) => set.metadata.name));
    const free = SET_NAMES.filter((name) => !taken.has(name));
    return free.length === 0 ? null : { manifest: drawSet(random, random.pick(free)) };
  },
  async perform(world, { manifest }) {
    const { name } = (manifest as { metadata: { name: string } }).metadata;
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { clusterIP: 'None', selector: { app: name }, ports: [{ port: 80 }] },
    };
    await world.client.create({ ...SERVICES, namespace: NAMESPACE }, service).catch(() => undefined);
    await world.client.create(SETS, manifest as object);
  },
};

export const deleteSet: OperationDefinition = {
  name: 'delete-set',
  title: 'deletes a StatefulSet with one of the three cascades',
  weight: 3,
  draw: (random, world) =>
    named(anyName(random, statefulSets(world)), {
      propagationPolicy: random.pick(['Foreground', 'Background', 'Orphan']),
    }),
  async perform(world, { name, propagationPolicy }) {
    await world.client.delete(SETS, name as string, {
      propagationPolicy: propagationPolicy as 'Foreground' | 'Background' | 'Orphan',
    });
  },
};

export const deleteService: OperationDefinition = {
  name: 'delete-service',
  title: 'deletes the governing Service of a set',
  weight: 1,
  draw: (random, world) => named(anyName(random, statefulSets(world))),
  async perform(world, { name }) {
    await world.client.delete({ ...SERVICES, namespace: NAMESPACE }, name as string);
  },
};
