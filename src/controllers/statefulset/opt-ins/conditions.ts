import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { rfc3339 } from '../../../base/time.ts';
import type { Condition, Pod } from '../../framework/objects.ts';
import { isTerminating } from '../../framework/pods.ts';
import { isRunningAndAvailable } from '../members.ts';
import { ordinalOf } from '../names.ts';
import type { Observed } from '../plan.ts';
import type { StatefulSet, StatefulSetStatus } from '../types.ts';
import type { Blockage, Members } from './blockage.ts';
import { isComplete, type Reached } from './progress.ts';

/** `perdure.dev/conditions: "true"`, or the gate for all sets that do not say otherwise. */
export const CONDITIONS_GATE = 'StatefulSetConditions';
const TYPES: ReadonlySet<string> = new Set(['Available', 'Progressing', 'Blocked']);
/** Ordinals that a message names before it goes over to counting. */
const NAMED_ORDINALS = 5;

type Verdict = Pick<Condition, 'type' | 'status'> & { readonly reason: string; readonly message: string };

export interface Findings {
  readonly observed: Observed;
  readonly members: Members;
  readonly reached: Reached;
  /** Null: complete. */
  readonly remainingMs: number | null;
  /** `unknown`: the pass failed in a way that says nothing of the set; the condition stays as it is. */
  readonly blockage: Blockage | null | 'unknown';
  readonly now: number;
}

/** The conditions of a set; those of others are kept, and a time changes only with its status. */
export function conditionsOf(findings: Findings): readonly Condition[] {
  const before = findings.observed.set.status?.conditions ?? [];
  const blocked = blockedVerdict(findings, before);
  const verdicts = [available(findings), progressing(findings), ...(blocked === null ? [] : [blocked])];
  const ours = verdicts.map((verdict): Condition => {
    const old = before.find(({ type }) => type === verdict.type);
    const kept = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    const { type, status, reason, message } = verdict;
    return { type, status, lastTransitionTime: kept ?? rfc3339(findings.now), reason, message };
  });
  return [...before.filter(({ type }) => !TYPES.has(type)), ...ours];
}

function available({ observed, members, now }: Findings): Verdict {
  const { set } = observed;
  const { replicas } = members;
  const missing = replicas.filter(
    ({ pod, exists }) => !exists || isTerminating(pod) || !isRunningAndAvailable(set, pod, now),
  );
  const all = missing.length === 0;
  const counts = `${replicas.length - missing.length} of ${replicas.length} members are available`;
  return {
    type: 'Available',
    status: all ? 'True' : 'False',
    reason: all ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: all ? counts : `${counts}, not: ${ordinals(missing.map(({ pod }) => pod))}`,
  };
}

function progressing({ observed, reached, remainingMs }: Findings): Verdict {
  const { set, update } = observed;
  const { done, wanted, condemned } = reached;
  if (remainingMs === null || isComplete(reached)) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'RolloutComplete',
      message: `revision ${update.name} is rolled out to ${wanted} members`,
    };
  }
  const state = `${done} of ${wanted} members are done with revision ${update.name}${condemned === 0 ? '' : `, ${condemned} are to go`}`;
  if (remainingMs > 0) return { type: 'Progressing', status: 'True', reason: 'RolloutInProgress', message: state };
  const seconds = optInsOf(set).progressDeadlineMs / 1000;
  return {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: `no progress for ${seconds} seconds: ${state}`,
  };
}

function blockedVerdict({ blockage }: Findings, before: readonly Condition[]): Verdict | null {
  if (blockage === 'unknown') {
    const old = before.find(({ type }) => type === 'Blocked');
    return old === undefined ? null : { reason: '', message: '', ...old };
  }
  if (blockage !== null) return { type: 'Blocked', status: 'True', ...blockage };
  return { type: 'Blocked', status: 'False', reason: 'NotBlocked', message: 'nothing is being waited for' };
}

function ordinals(pods: readonly Pod[]): string {
  const named = pods.slice(0, NAMED_ORDINALS).map(ordinalOf).join(', ');
  const more = pods.length - NAMED_ORDINALS;
  return more > 0 ? `ordinals ${named} and ${more} more` : `ordinal${pods.length === 1 ? '' : 's'} ${named}`;
}

/** Whether the conditions are worth a write: order and times do not count, times follow from the rest. */
export function conditionsDiffer(set: StatefulSet, next: readonly Condition[] | undefined): boolean {
  const old = set.status?.conditions ?? [];
  // Switched off: what is left of ours would only mislead. Nobody else has a condition of this name.
  if (next === undefined) return old.some(({ type }) => type === 'Blocked');
  return (
    old.length !== next.length ||
    next.some((condition) => {
      const match = old.find(({ type }) => type === condition.type);
      return (
        match === undefined ||
        match.status !== condition.status ||
        match.reason !== condition.reason ||
        match.message !== condition.message
      );
    })
  );
}

/**
 * A status as it is written over the set that is there now: that may be a later one than it was computed from, and a condition
 * that holds there already has its time.
 */
export function withTimesOf(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const there = set.status?.conditions ?? [];
  if (status.conditions === undefined || there.length === 0) return status;
  const conditions = status.conditions.map((condition) => {
    const old = there.find(({ type }) => type === condition.type);
    const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
    return since === undefined ? condition : { ...condition, lastTransitionTime: since };
  });
  return { ...status, conditions };
}
