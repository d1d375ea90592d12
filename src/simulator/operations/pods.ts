import type { DeleteOptions } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import { SIMULATE } from '../../node/runtimes/simulated.ts';
import type { World } from '../world/world.ts';
import { anyName, livePods, NAMESPACE, named, present, statefulSets } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';

const TARGET = { ...PODS, namespace: NAMESPACE };
const remove = async (world: World, name: unknown, options?: DeleteOptions): Promise<void> => {
  await world.client.delete(TARGET, name as string, options);
};

export const deletePod: OperationDefinition = {
  name: 'delete-pod',
  title: 'deletes a pod with its own grace',
  weight: 8,
  draw: (random, world) => named(anyName(random, livePods(world))),
  perform: (world, { name }) => remove(world, name),
};

export const forceDeletePod: OperationDefinition = {
  name: 'force-delete-pod',
  title: 'deletes a pod with --force --grace-period=0: the API forgets it at once',
  weight: 2,
  draw: (random, world) => named(anyName(random, present(world, 'core/pods'))),
  perform: (world, { name }) => remove(world, name, { gracePeriodSeconds: 0 }),
};

export const evictPod: OperationDefinition = {
  name: 'evict-pod',
  title: 'asks for an eviction, as a drain does',
  weight: 5,
  draw: (random, world) => named(anyName(random, livePods(world))),
  perform: (world, { name }) => evict(world, name as string),
};

export async function evict(world: World, name: string): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
  await world.client.createSub(TARGET, name, 'eviction', eviction);
}

export const relabelPod: OperationDefinition = {
  name: 'relabel-pod',
  title: 'takes the set’s label off a pod, or gives it back: release and adoption',
  weight: 3,
  draw: (random, world) => {
    const name = anyName(random, livePods(world));
    return named(name, { app: random.chance(0.5) ? null : (name ?? '').replace(/-\d+$/, '') });
  },
  async perform(world, { name, app }) {
    await world.client.patch(TARGET, name as string, 'merge', { metadata: { labels: { app } } });
  },
};

export const squatName: OperationDefinition = {
  name: 'squat-name',
  title: 'makes a pod of its own under the name of a member, with or without the set’s labels',
  weight: 2,
  draw(random, world) {
    const set = anyName(random, statefulSets(world));
    if (set === null) return null;
    return { name: `${set}-${random.int(0, 5)}`, labels: random.chance(0.5) ? { app: set } : { squatter: 'true' } };
  },
  async perform(world, { name, labels }) {
    await world.client.create(TARGET, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'squatter:v1' }] },
    });
  },
};

/** How long a pod that misbehaves by itself does so. */
const TROUBLE_MS = [5_000, 120_000] as const;

export const troublePod: OperationDefinition = {
  name: 'trouble-pod',
  title: 'a running pod turns unready, fails its liveness probe or exits, and gets over it',
  weight: 8,
  draw: (random, world) =>
    named(anyName(random, livePods(world)), {
      annotations: random.pick([
        { [`${SIMULATE}never-ready`]: 'true' },
        { [`${SIMULATE}crash-loop`]: 'true', [`${SIMULATE}exit-after`]: '1s' },
        { [`${SIMULATE}exit-after`]: '0s' },
        { [`${SIMULATE}ignore-sigterm`]: 'true' },
      ]),
      forMs: random.int(TROUBLE_MS[0], TROUBLE_MS[1]),
    }),
  async perform(world, { name, annotations, forMs }) {
    const marks = annotations as Readonly<Record<string, string>>;
    const mend = Object.fromEntries(Object.keys(marks).map((key) => [key, null]));
    const patch = (values: object): Promise<unknown> =>
      world.client.patch(TARGET, name as string, 'merge', { metadata: { annotations: values } });
    world.clock.setTimer(forMs as number, () => void patch(mend).catch(() => undefined));
    await patch(marks);
  },
};

/** Between two failures of one member. */
const NEXT_FAILURE_MS = 12_000;

export const expirePod: OperationDefinition = {
  name: 'expire-pod',
  title: 'gives a pod a deadline that passes: it fails, perhaps several times in a row',
  weight: 3,
  draw: (random, world) => named(anyName(random, livePods(world)), { times: random.int(1, 4) }),
  async perform(world, { name, times }) {
    const again = (left: number): void => {
      if (left === 0) return;
      world.clock.setTimer(NEXT_FAILURE_MS, () => {
        expire().catch(() => undefined);
        again(left - 1);
      });
    };
    const expire = (): Promise<unknown> =>
      world.client.patch(TARGET, name as string, 'merge', { spec: { activeDeadlineSeconds: 1 } });
    again((times as number) - 1);
    await expire();
  },
};
