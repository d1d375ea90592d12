import { parseTime } from '../../../base/time.ts';
import type { Pod } from '../observed.ts';
import type { World } from '../world.ts';
import { conditionOf, containersOf, isDone, isReady, isTerminating, revisionLabel, unreadyFor } from './pod-facts.ts';
import { isRolling } from './rollout.ts';
import type { SetFacts } from './set-facts.ts';

/** A new pod may take its time: a rollout counts as stuck after this long without readiness. */
const PATIENCE_MS = 60_000;

/** What a container waits for while all goes well. */
const GOING_WELL: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** A container cannot be started, or has ended: patience is of no use. */
function hasFailed(pod: Pod): boolean {
  return containersOf(pod).some(({ status, init }) => {
    const reason = status?.state?.waiting?.reason;
    return (reason !== undefined && !GOING_WELL.includes(reason)) || (!init && (status?.restartCount ?? 0) > 0);
  });
}

const unready = (pod: Pod): boolean => !isReady(pod) && !isTerminating(pod) && !isDone(pod);

/**
 * kubernetes#67250: the pod that blocks is of a revision that the set wants to get rid of, and the update that would replace
 * it is reached only when the pod is Ready (reference/statefulset.md 1.7).
 */
export function isTrapped({ blocker, updateRevision, onDelete, ordered, boundary }: SetFacts): boolean {
  if (!ordered || onDelete || blocker?.pod == null || updateRevision === '') return false;
  return unready(blocker.pod) && revisionLabel(blocker.pod) !== updateRevision && blocker.ordinal >= boundary;
}

/** The pod that blocks is of the new revision of a rollout, and does not get ready. */
export function isBrokenUpdate(facts: SetFacts, world: World): boolean {
  const { blocker, updateRevision, currentRevision, onDelete } = facts;
  if (onDelete || blocker?.pod == null || updateRevision === '' || updateRevision === currentRevision) return false;
  if (!unready(blocker.pod) || revisionLabel(blocker.pod) !== updateRevision || !isRolling(facts)) return false;
  return unreadyFor(blocker.pod, world) >= PATIENCE_MS || hasFailed(blocker.pod);
}

/** Times have no fractions. */
const SAME_SECOND_MS = 1000;

/** By its own account the pod has never been Ready: only such a pod is replaced by `stuck-rollout: replace-never-ready`. */
export function neverReady(pod: Pod): boolean {
  const changed = parseTime(conditionOf(pod, 'Ready')?.lastTransitionTime);
  return (
    Number.isNaN(changed) ||
    changed - parseTime(pod.status.startTime ?? pod.metadata.creationTimestamp) < SAME_SECOND_MS
  );
}
