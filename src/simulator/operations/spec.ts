import { STATEFUL_SETS } from '../../client/resources.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';
import { anyName, NAMESPACE, named, statefulSets } from './lookup.ts';
import { drawRetention, drawStrategy } from './manifests.ts';
import type { OperationDefinition } from './operation.ts';

const SETS = { ...STATEFUL_SETS, namespace: NAMESPACE };

/** An operation that merges a drawn patch into the spec of a set. */
function change(
  name: string,
  title: string,
  weight: number,
  draw: (random: SeededRandom) => Readonly<Record<string, unknown>>,
): OperationDefinition {
  return {
    name,
    title,
    weight,
    draw: (random, world) => named(anyName(random, statefulSets(world)), { spec: draw(random) }),
    perform: (world, parameters) => patchSpec(world, parameters.name as string, parameters.spec),
  };
}

export async function patchSpec(world: World, name: string, spec: unknown): Promise<void> {
  await world.client.patch(SETS, name, 'merge', { spec });
}

export const SPEC_CHANGES: readonly OperationDefinition[] = [
  change('scale', 'changes replicas, up or down, perhaps to none', 14, (random) => ({ replicas: random.int(0, 4) })),
  change('start-ordinal', 'moves the first ordinal', 2, (random) => ({ ordinals: { start: random.int(0, 3) } })),
  change('strategy', 'changes strategy, partition and maxUnavailable', 6, (random) => ({
    updateStrategy: { rollingUpdate: null, ...drawStrategy(random) },
  })),
  change('partition', 'moves the partition', 4, (random) => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: random.int(0, 4) } },
  })),
  change('retention', 'changes what becomes of claims', 4, (random) => ({
    persistentVolumeClaimRetentionPolicy: drawRetention(random),
  })),
  change('min-ready', 'changes minReadySeconds', 2, (random) => ({ minReadySeconds: random.pick([0, 2, 10]) })),
  change('history-limit', 'changes revisionHistoryLimit', 1, (random) => ({ revisionHistoryLimit: random.int(0, 3) })),
];
