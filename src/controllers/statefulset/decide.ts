import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { isFinished, isPodAvailable, isTerminating } from '../framework/pods.ts';
import { claimName, identityMatches, newPod, ordinalOf, storageMatches } from './identity.ts';
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
  startOf,
} from './types.ts';

/** One write, or a few that belong together, of a pass. */
export type Action =
  | { readonly kind: 'create'; readonly pod: Pod }
  | { readonly kind: 'ensure-claims'; readonly pod: Pod }
  | { readonly kind: 'repair'; readonly pod: Pod }
  | { readonly kind: 'fix-claim-owners'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly pod: Pod; readonly why: 'finished' | 'condemned' | 'update' };

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
}

const SLOW_START_LIMIT = 500;

/** A member of `replicas`: observed, or yet to be made. */
interface Slot {
  readonly pod: Pod;
  readonly exists: boolean;
}

/**
 * One pass over a set: what to write, in which order (statefulset.md 1.6, steps 2 to 9). Pure: the same observation and
 * time always give the same plan.
 */
export function decide(observed: Observed, now: number): Plan {
  const { set, pods } = observed;
  const { replicas, condemned } = partition(observed);
  const existing = [...replicas.filter((slot) => slot.exists).map((slot) => slot.pod), ...condemned];
  const status = aggregateStatus(observed, existing, now);
  if (isTerminating(set as unknown as Pod)) return { batches: [], status: aggregateStatus(observed, pods, now) };

  const monotonic = isMonotonic(set);
  const steps = replicas.map((slot) => stepReplica(observed, slot, monotonic, now));
  const stopAt = monotonic ? steps.findIndex((step) => step.stop) : -1;
  const batches = monotonic
    ? steps.slice(0, stopAt < 0 ? steps.length : stopAt + 1).map((step) => [step.unit])
    : slowStart(steps.map((step) => step.unit));
  if (stopAt >= 0) return { batches: compact(batches), status };

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
function partition(observed: Observed): { replicas: Slot[]; condemned: Pod[] } {
  const { set } = observed;
  const start = startOf(set);
  const found: (Pod | undefined)[] = new Array(replicasOf(set)).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of observed.pods) {
    const ordinal = ordinalOf(pod);
    const index = ordinal - start;
    if (index >= 0 && index < found.length) found[index] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const replicas = found.map(
    (pod, index): Slot =>
      pod === undefined ? { pod: missingMember(observed, start + index), exists: false } : { pod, exists: true },
  );
  return { replicas, condemned };
}

/** Below the partition a missing member comes back at the current revision, from it on at the update revision. */
function missingMember({ set, current, update }: Observed, ordinal: number): Pod {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
  const atCurrent = (type === 'RollingUpdate' || rollingUpdate !== undefined) && ordinal < startOf(set) + kept;
  const revision = atCurrent ? current : update;
  return newPod(set, revision.template, revision.name, ordinal);
}

/** Step 5: what one member in range needs, and whether an ordered set must wait for it. */
function stepReplica(observed: Observed, slot: Slot, monotonic: boolean, now: number): { unit: Unit; stop: boolean } {
  const { set } = observed;
  const { pod, exists } = slot;
  if (exists && isFinished(pod)) {
    return { unit: isTerminating(pod) ? [] : [{ kind: 'delete', pod, why: 'finished' }], stop: true };
  }
  if (!exists) {
    if (claimsOfPod(observed, pod).some((claim) => isClaimStale(claim, set, pod))) return { unit: [], stop: true };
    return { unit: [{ kind: 'create', pod }], stop: true };
  }
  const unit: Action[] = [];
  if (pod.status?.phase === 'Pending') unit.push({ kind: 'ensure-claims', pod });
  if (monotonic && (isTerminating(pod) || !isRunningAndAvailable(set, pod, now))) return { unit, stop: true };
  if (!identityMatches(set, pod) || !storageMatches(set, pod) || !ownersMatch(observed, pod))
    unit.push({ kind: 'repair', pod });
  return { unit, stop: false };
}

function isRunningAndAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return pod.status?.phase === 'Running' && isPodAvailable(pod, minReadySecondsOf(set), now);
}

function claimsOfPod({ set, claim }: Observed, pod: Pod): PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod);
  return (set.spec.volumeClaimTemplates ?? []).flatMap(
    ({ metadata }) => claim(claimName(set, metadata.name ?? '', ordinal)) ?? [],
  );
}

function ownersMatch(observed: Observed, pod: Pod): boolean {
  return claimsOfPod(observed, pod).every((claim) => claimOwnersMatch(claim, observed.set, pod));
}

/** Unavailable or going away; the phase does not count here (step 3). */
function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
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
function chooseUpdates({ set, update, maxUnavailable }: Observed, replicas: readonly Slot[], now: number): Pod[] {
  const boundary = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const isOld = ({ pod }: Slot) => pod.metadata.labels?.[REVISION_LABEL] !== update.name && !isTerminating(pod);
  if (maxUnavailable) {
    const unavailable = replicas.filter(({ pod }) => isUnavailable(set, pod, now)).length;
    const room = Math.max(0, allowedUnavailable(set) - unavailable);
    return replicas
      .slice(boundary)
      .filter(isOld)
      .reverse()
      .slice(0, room)
      .map(({ pod }) => pod);
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
