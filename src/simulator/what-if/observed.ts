import { NOTHING_OBSERVED, type Objects, type Observed } from '../../operations/why/index.ts';
import type { World } from '../world/world.ts';

const LISTS: readonly (readonly [keyof Objects, string])[] = [
  ['statefulSets', 'apps/statefulsets'],
  ['pods', 'core/pods'],
  ['claims', 'core/persistentvolumeclaims'],
  ['volumes', 'core/persistentvolumes'],
  ['classes', 'storage.k8s.io/storageclasses'],
  ['nodes', 'core/nodes'],
  ['budgets', 'policy/poddisruptionbudgets'],
  ['revisions', 'apps/controllerrevisions'],
  ['events', 'core/events'],
  ['services', 'core/services'],
  ['endpointSlices', 'discovery.k8s.io/endpointslices'],
  ['priorityClasses', 'scheduling.k8s.io/priorityclasses'],
  ['attachments', 'storage.k8s.io/volumeattachments'],
];

/** All of the world that an explanation may rest on, as it is now. */
export function observedIn(world: World): Observed {
  const lists = Object.fromEntries(LISTS.map(([list, resource]) => [list, [...world.history.all(resource).values()]]));
  // The API server vouches for the shape of what it stores.
  return { ...NOTHING_OBSERVED, ...(lists as Partial<Objects>) };
}
