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
  for (let look = 0; look < LOOKS; look++) {
    for (const node of present(world, 'core/nodes')) {
      if (node.spec?.unschedulable !== true) continue;
      await attempt(world.client.patch(NODES, node.metadata.name ?? '', 'merge', { spec: { unschedulable: null } }));
    }
    for (const set of statefulSets(world)) {
      if (!hasBadManners(set.spec.template)) continue;
      const spec = { template: { metadata: { annotations: GOOD_MANNERS } } };
      await attempt(world.client.patch(SETS, set.metadata.name ?? '', 'merge', { spec }));
    }
    for (const pod of present(world, 'core/pods')) {
      if (!isInTheWay(world, pod)) continue;
      // Below a partition a bad pod would come back as bad as it was.
      const set = owner(world, pod);
      if (set !== undefined)
        await attempt(world.client.patch(SETS, set.metadata.name ?? '', 'merge', { spec: TO_ALL }));
      await attempt(world.client.delete(PODS_HERE, pod.metadata.name ?? ''));
    }
    await new Promise<void>((resolve) => world.clock.setTimer(LOOK_EVERY_MS, resolve));
  }
}

const TO_ALL = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } };

function owner(world: World, pod: KubeObject): KubeObject | undefined {
  const reference = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return statefulSets(world).find(({ metadata }) => metadata.uid === reference?.uid);
}

const attempt = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);

function isInTheWay(world: World, pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  // Squatters, and what an orphaning deletion left behind.
  if (owner(world, pod) === undefined) return true;
  return hasBadManners(pod);
}

const hasBadManners = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  Object.keys(GOOD_MANNERS).some((key) => metadata?.annotations?.[key] !== undefined);
