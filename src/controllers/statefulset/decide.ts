import { optInsOf } from '../../api/apps/stateful-set-opt-ins.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { isFinished, isPodAvailable, isTerminating } from '../framework/pods.ts';
import { claimName, identityMatches, newPod, ordinalOf, storageMatches } from './identity.ts';
import { recreationWaitMs, withFailures } from './opt-ins/ordinal-backoff.ts';
import { indexOfOrdinal, ordinalAtIndex } from './opt-ins/reserved-ordinals.ts';
import { isReplaceable, stuckMember } from './opt-ins/stuck-rollout.ts';
import { chooseWithinBudget } from './opt-ins/update-budget.ts';
import { claimOwnersMatch, isClaimStale } from './retention.ts';
import { aggregateStatus } from './status.ts';
import {
  isMonotonic,
  minReadySecondsOf,
  type PodTemplate,
  REVISION_LABEL,
  replicasOf,
  type StatefulSet,
  type StatefulSetStatus,
} from './types.ts';

export type DeleteReason = 'finished' | 'condemned' | 'update' | 'stuck';

/** One write, or a few that belong together, of a pass. */
export type Action =
  | { readonly kind: 'create'; readonly pod: Pod }
  | { readonly kind: 'ensure-claims'; readonly pod: Pod }
  | { readonly kind: 'repair'; readonly pod: Pod }
  | { readonly kind: 'fix-claim-owners'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly pod: Pod; readonly why: DeleteReason };

/** Actions on one pod, one after the other; the first failure ends the unit. */
export type Unit = readonly Action[];

/** Batches run in order, the units of a batch side by side; a failed unit ends the pass after its batch. */
export interface Plan {
  readonly batches: readonly (readonly Unit[])[];
  /** As observed; each successful `update` delete takes one from currentReplicas. */
  readonly status: StatefulSetStatus;
}

export interface NamedRevision {
  readonly name: string;
  readonly template: PodTemplate;
}

export interface Observed {
  readonly set: StatefulSet;
  /** Pods the set has claimed. */
  readonly pods: readonly Pod[];
  readonly current: NamedRevision;
  readonly update: NamedRevision;
  readonly collisionCount: number;
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  /** Gate MaxUnavailableStatefulSet. */
  readonly maxUnavailable: boolean;
  /** Pods seen to be Ready and then not (opt-in stuck-rollout). */
  readonly lostReadiness?: (pod: Pod) => boolean;
  /** Failures in a row at the ordinal of a pod that is missing (opt-in ordinal-backoff). */
  readonly failures?: (podName: string) => number;
}

const SLOW_START_LIMIT = 500;

/** A member of `replicas`: observed, or yet to be made. */
export interface Slot {
  readonly pod: Pod;
  readonly exists: boolean;
}

/**
 * One pass over a set: what to write, in which order (statefulset.md 1.6, steps 2 to 9). Pure: the same observation and
 * time always give the same plan. What goes beyond upstream stands in opt-ins/ and does nothing unless the set asks for it.
 */
export function decide(observed: Observed, now: number): Plan {
  const { set, pods } = observed;
  const { replicas, condemned } = membersOf(observed);
  const existing = [...replicas.filter((slot) => slot.exists).map((slot) => slot.pod), ...condemned];
  const status = aggregateStatus(observed, existing, now);
  if (isTerminating(set as unknown as Pod)) return { batches: [], status: aggregateStatus(observed, pods, now) };

  const monotonic = isMonotonic(set);
  const steps = replicas.map((slot, index) => stepReplica(observed, slot, index, now));
  const stopAt = monotonic ? steps.findIndex((step) => step.stop) : -1;
  const batches = monotonic
    ? steps.slice(0, stopAt < 0 ? steps.length : stopAt + 1).map((step) => [step.unit])
    : slowStart(steps.map((step) => step.unit));
  if (stopAt >= 0) {
    const stuck = stuckMember(observed, replicas, stopAt);
    // First, for what the blocked members lack may be just what cannot be had.
    if (stuck !== undefined) batches.unshift([[{ kind: 'delete', pod: stuck, why: 'stuck' }]]);
    return { batches: compact(batches), status };
  }

  const fixes = condemned
    .filter((pod) => !ownersMatch(observed, pod))
    .map((pod): Unit => [{ kind: 'fix-claim-owners', pod }]);
  batches.push(...fixes.map((unit) => [unit]));

  const firstUnavailable = lowestUnavailable(set, replicas, condemned, now);
  const removal = removeCondemned(set, condemned, firstUnavailable, now);
  batches.push(...(monotonic ? removal.units.map((unit) => [unit]) : slowStart(removal.units)));
  if (monotonic && removal.stop) return { batches: compact(batches), status };

  if (set.spec.updateStrategy?.type !== 'OnDelete') {
    batches.push(
      ...chooseUpdates(observed, replicas, now).map((pod) => [
        [{ kind: 'delete' as const, pod, why: 'update' as const }],
      ]),
    );
  }
  return { batches: compact(batches), status };
}

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

/** Step 5: what one member in range needs, and whether an ordered set must wait for it. */
function stepReplica(observed: Observed, slot: Slot, index: number, now: number): { unit: Unit; stop: boolean } {
  const { set } = observed;
  const { pod, exists } = slot;
  if (exists && isFinished(pod)) {
    const left = isTerminating(pod) || isBackingOff(observed, pod, index, now);
    return { unit: left ? [] : [{ kind: 'delete', pod, why: 'finished' }], stop: true };
  }
  if (!exists) {
    if (isHeldBack(observed, slot)) return { unit: [], stop: true };
    return { unit: [{ kind: 'create', pod }], stop: true };
  }
  const unit: Action[] = [];
  if (pod.status?.phase === 'Pending') unit.push({ kind: 'ensure-claims', pod });
  if (isMonotonic(set) && (isTerminating(pod) || !isRunningAndAvailable(set, pod, now))) return { unit, stop: true };
  if (!identityMatches(set, pod) || !storageMatches(set, pod) || !ownersMatch(observed, pod))
    unit.push({ kind: 'repair', pod });
  return { unit, stop: false };
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
function isHeldBack(observed: Observed, { pod, exists }: Slot): boolean {
  return !exists && claimsOfPod(observed, pod).some((claim) => isClaimStale(claim, observed.set, pod));
}

function ownersMatch(observed: Observed, pod: Pod): boolean {
  return claimsOfPod(observed, pod).every((claim) => claimOwnersMatch(claim, observed.set, pod));
}

/** Unavailable or going away; the phase does not count here (step 3). */
export function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, minReadySecondsOf(set), now);
}

function lowestUnavailable(
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

/** Step 7: members out of range, highest first; ordered sets remove one at a time. */
function removeCondemned(
  set: StatefulSet,
  condemned: readonly Pod[],
  firstUnavailable: Pod | undefined,
  now: number,
): { units: Unit[]; stop: boolean } {
  const remove = (pod: Pod): Unit => [{ kind: 'delete', pod, why: 'condemned' }];
  if (!isMonotonic(set)) return { units: condemned.map((pod) => (isTerminating(pod) ? [] : remove(pod))), stop: false };
  const highest = condemned[0];
  if (highest === undefined) return { units: [], stop: false };
  const mayGo = !isTerminating(highest) && (isRunningAndAvailable(set, highest, now) || highest === firstUnavailable);
  return { units: mayGo ? [remove(highest)] : [], stop: true };
}

/** Step 9: old members to delete so that they come back at the update revision. */
function chooseUpdates(observed: Observed, replicas: readonly Slot[], now: number): Pod[] {
  const { set, update } = observed;
  const boundary = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  // A member held back is not there to be deleted: its name may be another's.
  const isOld = (slot: Slot) =>
    slot.pod.metadata.labels?.[REVISION_LABEL] !== update.name &&
    !isTerminating(slot.pod) &&
    !isHeldBack(observed, slot);
  const { correctedCounting } = optInsOf(set);
  if (observed.maxUnavailable || correctedCounting) {
    const members = replicas.map((slot, index) => {
      const unavailable = isUnavailable(set, slot.pod, now);
      return {
        unavailable,
        underway: unavailable && !isOld(slot),
        replaceable: index >= boundary && isOld(slot),
        free: (correctedCounting && unavailable && slot.exists) || isReplaceable(observed, slot, index),
      };
    });
    return chooseWithinBudget(members, allowedUnavailable(set)).map((index) => replicas[index]!.pod);
  }
  for (let index = replicas.length - 1; index >= boundary; index--) {
    const slot = replicas[index]!;
    if (isOld(slot)) return [slot.pod];
    if (isUnavailable(set, slot.pod, now)) return [];
  }
  return [];
}

/** maxUnavailable as a number: percent of spec.replicas rounded down, never less than one. */
export function allowedUnavailable(set: StatefulSet): number {
  const value = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  if (typeof value === 'number') return Math.max(1, value);
  return Math.max(1, Math.floor((Number.parseInt(value, 10) * replicasOf(set)) / 100));
}

/** Batches of 1, 2, 4 ... 500, so that a broken template fails once and not a thousand times. */
function slowStart(units: readonly Unit[]): Unit[][] {
  const batches: Unit[][] = [];
  for (let at = 0, size = 1; at < units.length; at += size, size = Math.min(size * 2, SLOW_START_LIMIT)) {
    batches.push(units.slice(at, at + size));
    if (at + size >= units.length) break;
  }
  return batches;
}

function compact(batches: readonly (readonly Unit[])[]): Unit[][] {
  return batches.map((units) => units.filter((unit) => unit.length > 0)).filter((units) => units.length > 0);
}
