import { NODES, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { World } from '../world/world.ts';
import { NAMESPACE, present, statefulSets } from './lookup.ts';
import { GOOD_MANNERS } from './template.ts';

const PODS_HERE = { ...PODS, namespace: NAMESPACE };
const SETS = { ...STATEFUL_SETS, namespace: NAMESPACE };
/** A user who repairs looks again this often, this many times. */
const LOOK_EVERY_MS = 30_000;
const LOOKS = 8;

/**
 * What users do once faults have ended, so that everything can converge: templates become good, nodes schedulable, squatters and
 * lost claims go, and pods that stand in the way of a rollout are deleted by hand, as upstream needs it (kubernetes #67250).
 */
export async function repair(world: World): Promise<void> {
  for (const node of present(world, 'core/nodes')) {
    if (node.spec?.unschedulable === true) {
      await attempt(world.client.patch(NODES, node.metadata.name ?? '', 'merge', { spec: { unschedulable: null } }));
    }
  }
  for (const set of statefulSets(world)) {
    const spec = { template: { metadata: { annotations: GOOD_MANNERS } } };
    await attempt(world.client.patch(SETS, set.metadata.name ?? '', 'merge', { spec }));
  }
  for (let look = 0; look < LOOKS; look++) {
    for (const pod of present(world, 'core/pods')) {
      if (isInTheWay(world, pod)) await attempt(world.client.delete(PODS_HERE, pod.metadata.name ?? ''));
    }
    await new Promise<void>((resolve) => world.clock.setTimer(LOOK_EVERY_MS, resolve));
  }
}

const attempt = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);

function isInTheWay(world: World, pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const set = statefulSets(world).find(({ metadata }) => metadata.uid === owner?.uid);
  // Squatters, and what an orphaning deletion left behind.
  if (set === undefined) return true;
  const troubled = Object.keys(GOOD_MANNERS).some((key) => pod.metadata.annotations?.[key] !== undefined);
  return troubled;
}
