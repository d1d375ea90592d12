import type { KubeObject } from '../../schema/object.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';

export const NAMESPACE = 'default';

/** Objects of a resource as they truly are now, in the order of their names. */
export function present(world: World, resource: string): readonly KubeObject[] {
  const objects = [...world.history.all(resource).values()];
  return objects.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}

export const statefulSets = (world: World): readonly KubeObject[] => present(world, 'apps/statefulsets');
/** Pods of sets that are not going away already. */
export const livePods = (world: World): readonly KubeObject[] =>
  present(world, 'core/pods').filter((pod) => pod.metadata.deletionTimestamp === undefined);

/** The name of one of them, or null when there is none. */
export function anyName(random: SeededRandom, objects: readonly KubeObject[]): string | null {
  return objects.length === 0 ? null : (random.pick(objects).metadata.name ?? null);
}

/** Parameters with a name in them, or null when there is nothing to name. */
export function named(
  name: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> | null {
  return name === null ? null : { name, ...more };
}
