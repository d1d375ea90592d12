import type { Pod } from '../framework/objects.ts';
import { availableInMs, isPodAvailable, isPodReady, isTerminating } from '../framework/pods.ts';
import { conditionsDiffer } from './opt-ins/conditions.ts';
import type { Observed } from './plan.ts';
import { minReadySecondsOf, REVISION_LABEL, replicasOf, type StatefulSet, type StatefulSetStatus } from './types.ts';

/** Counts the pods as status shows them (statefulset.md 1.2). */
export function aggregateStatus(observed: Observed, pods: readonly Pod[], now: number): StatefulSetStatus {
  const { set, current, update } = observed;
  let [replicas, ready, available, atCurrent, atUpdate] = [0, 0, 0, 0, 0];
  for (const pod of pods) {
    const phase = pod.status?.phase ?? '';
    if (phase === '') continue;
    replicas++;
    if (phase === 'Running' && isPodReady(pod)) {
      ready++;
      if (isPodAvailable(pod, minReadySecondsOf(set), now)) available++;
    }
    if (isTerminating(pod)) continue;
    const revision = pod.metadata.labels?.[REVISION_LABEL];
    if (revision === current.name) atCurrent++;
    if (revision === update.name) atUpdate++;
  }
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas,
    readyReplicas: ready,
    currentReplicas: atCurrent,
    updatedReplicas: atUpdate,
    currentRevision: current.name,
    updateRevision: update.name,
    collisionCount: observed.collisionCount,
    availableReplicas: available,
  };
}

/**
 * Each member deleted for an update leaves currentReplicas, whatever its revision (statefulset.md 1.2). A member at neither
 * revision was never counted there, and the API takes nothing below zero.
 */
export function withoutUpdated(status: StatefulSetStatus, updateDeletes: number): StatefulSetStatus {
  return { ...status, currentReplicas: Math.max(0, status.currentReplicas - updateDeletes) };
}

/** The last step of a rolling update: the update revision becomes the current one. OnDelete never completes. */
export function completeRollingUpdate(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const wanted = replicasOf(set);
  const complete =
    (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate' &&
    status.updatedReplicas === wanted &&
    status.readyReplicas === wanted &&
    status.replicas === wanted;
  return complete
    ? { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision }
    : status;
}

/** Whether writing is worth it; collisionCount is not compared, conditions only where the set has asked for ours. */
export function statusDiffers(set: StatefulSet, next: StatefulSetStatus): boolean {
  const old = set.status ?? {};
  return (
    next.observedGeneration > (old.observedGeneration ?? 0) ||
    next.replicas !== (old.replicas ?? 0) ||
    next.readyReplicas !== (old.readyReplicas ?? 0) ||
    next.currentReplicas !== (old.currentReplicas ?? 0) ||
    next.updatedReplicas !== (old.updatedReplicas ?? 0) ||
    next.availableReplicas !== (old.availableReplicas ?? 0) ||
    next.currentRevision !== (old.currentRevision ?? '') ||
    next.updateRevision !== (old.updateRevision ?? '') ||
    conditionsDiffer(set, next.conditions)
  );
}

/** When to look again because a ready pod becomes available by time alone; null when no time passes. */
export function nextAvailabilityMs(
  set: StatefulSet,
  status: StatefulSetStatus,
  pods: readonly Pod[],
  now: number,
): number | null {
  const seconds = minReadySecondsOf(set);
  if (seconds === 0 || status.availableReplicas === status.readyReplicas) return null;
  const waits = pods.flatMap((pod) => availableInMs(pod, seconds, now) ?? []);
  return waits.length === 0 ? seconds * 1000 : Math.min(...waits);
}
