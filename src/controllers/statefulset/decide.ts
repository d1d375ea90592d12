import { optInsOf } from '../../api/apps/stateful-set-opt-ins.ts';
import type { Pod } from '../framework/objects.ts';
import { isFinished, isTerminating } from '../framework/pods.ts';
import { identityMatches, storageMatches } from './identity.ts';
import {
  allowedUnavailable,
  isBackingOff,
  isHeldBack,
  isRunningAndAvailable,
  isUnavailable,
  lowestUnavailable,
  membersOf,
  ownersMatch,
} from './members.ts';
import { isReplaceable, stuckMember } from './opt-ins/stuck-rollout.ts';
import { chooseWithinBudget } from './opt-ins/update-budget.ts';
import type { Action, Observed, Plan, Slot, Unit } from './plan.ts';
import { aggregateStatus } from './status.ts';
import { isMonotonic, REVISION_LABEL, type StatefulSet } from './types.ts';

const SLOW_START_LIMIT = 500;

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
