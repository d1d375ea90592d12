import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { isPodAvailable, isTerminating } from '../framework/pods.ts';
import { newPod } from './identity.ts';
import { claimName, ordinalOf } from './names.ts';
import { recreationWaitMs, withFailures } from './opt-ins/ordinal-backoff.ts';
import { indexOfOrdinal, ordinalAtIndex } from './opt-ins/reserved-ordinals.ts';
import type { NamedRevision, Observed, Slot } from './plan.ts';
import { claimOwnersMatch, isClaimStale } from './retention.ts';
import { minReadySecondsOf, REVISION_LABEL, replicasOf, type StatefulSet } from './types.ts';

/** Members in range by index, with the missing ones made up, and the others, highest ordinal first (step 2). */
export function membersOf(observed: Observed): { replicas: Slot[]; condemned: Pod[] } {
  const { set } = observed;
  const found: (Pod | undefined)[] = new Array(replicasOf(set)).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of observed.pods) {
    const ordinal = ordinalOf(pod);
    const index = indexOfOrdinal(set, ordinal);
    if (index >= 0 && index < found.length) found[index] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const replicas = found.map(
    (pod, index): Slot =>
      pod === undefined ? { pod: missingMember(observed, index), exists: false } : { pod, exists: true },
  );
  return { replicas, condemned };
}

/** Below the partition a missing member comes back at the current revision, from it on at the update revision. */
function revisionAt({ set, current, update }: Observed, index: number): NamedRevision {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
  return (type === 'RollingUpdate' || rollingUpdate !== undefined) && index < kept ? current : update;
}

function missingMember(observed: Observed, index: number): Pod {
  const { template, name } = revisionAt(observed, index);
  const pod = newPod(observed.set, template, name, ordinalAtIndex(observed.set, index));
  return withFailures(pod, observed.failures?.(pod.metadata.name ?? '') ?? 0);
}

/** Made anew at another revision, a failed member has no reason to wait. */
export function isBackingOff(observed: Observed, pod: Pod, index: number, now: number): boolean {
  return (
    recreationWaitMs(observed.set, pod, now) > 0 &&
    pod.metadata.labels?.[REVISION_LABEL] === revisionAt(observed, index).name
  );
}

export function isRunningAndAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return pod.status?.phase === 'Running' && isPodAvailable(pod, minReadySecondsOf(set), now);
}

export function claimsOfPod({ set, claim }: Observed, pod: Pod): PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod);
  return (set.spec.volumeClaimTemplates ?? []).flatMap(
    ({ metadata }) => claim(claimName(set, metadata.name ?? '', ordinal)) ?? [],
  );
}

/** Missing, and not made until the claim of the pod before it is gone. */
export function isHeldBack(observed: Observed, { pod, exists }: Slot): boolean {
  return !exists && claimsOfPod(observed, pod).some((claim) => isClaimStale(claim, observed.set, pod));
}

export function ownersMatch(observed: Observed, pod: Pod): boolean {
  return claimsOfPod(observed, pod).every((claim) => claimOwnersMatch(claim, observed.set, pod));
}

/** Unavailable or going away; the phase does not count here (step 3). */
export function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, minReadySecondsOf(set), now);
}

export function lowestUnavailable(
  set: StatefulSet,
  replicas: readonly Slot[],
  condemned: readonly Pod[],
  now: number,
): Pod | undefined {
  return (
    replicas.find(({ pod }) => isUnavailable(set, pod, now))?.pod ??
    condemned.findLast((pod) => isUnavailable(set, pod, now))
  );
}

/** maxUnavailable as a number: percent of spec.replicas rounded down, never less than one. */
export function allowedUnavailable(set: StatefulSet): number {
  const value = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  if (typeof value === 'number') return Math.max(1, value);
  return Math.max(1, Math.floor((Number.parseInt(value, 10) * replicasOf(set)) / 100));
}
