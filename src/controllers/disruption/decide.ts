import { parseTime, rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Condition, LabelSelector, Pod } from '../framework/objects.ts';
import { isPodReady, isTerminating } from '../framework/pods.ts';

/** How long an eviction that was granted counts before the pod must be gone. */
const DELETION_TIMEOUT_MS = 120_000;
const DISRUPTION_ALLOWED = 'DisruptionAllowed';

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly selector?: LabelSelector;
  };
  readonly status?: BudgetStatus;
}

export interface BudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}

/** True when the pods' controllers must be asked how many pods there should be. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
}

export interface BudgetDecision {
  readonly status: BudgetStatus;
  /** When a granted eviction that did not happen is to be forgotten; null when none is pending. */
  readonly recheckAfterMs: number | null;
  /** Pods whose granted eviction did not happen in time. */
  readonly notDeleted: readonly Pod[];
}

/** Counts of a budget (statefulset.md 2.3). `scale` is the sum over the pods' controllers. */
export function decideBudget(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: number,
  now: number,
): BudgetDecision {
  const { disrupted, notDeleted, recheckAfterMs } = pendingEvictions(budget, pods, now);
  const expectedPods = needsScale(budget) ? scale : pods.length;
  const desiredHealthy = desiredOf(budget, expectedPods);
  const currentHealthy = pods.filter(
    (pod) => isPodReady(pod) && !isTerminating(pod) && disrupted[pod.metadata.name ?? ''] === undefined,
  ).length;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const condition = {
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  const status = {
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withCondition(budget, condition, now),
  };
  return { status, recheckAfterMs, notDeleted };
}

/** The pods' controllers could not be asked: nothing is allowed, and the condition says why. */
export function failedStatus(budget: PodDisruptionBudget, message: string, now: number): BudgetStatus {
  const { disruptedPods: _, ...old } = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  const condition = { status: 'False', reason: 'SyncFailed', message };
  return {
    ...old,
    disruptionsAllowed: 0,
    observedGeneration: budget.metadata.generation ?? 0,
    conditions: withCondition(budget, condition, now),
  } as BudgetStatus;
}

function desiredOf({ spec }: PodDisruptionBudget, expected: number): number {
  if (spec.maxUnavailable !== undefined) return Math.max(0, expected - scaled(spec.maxUnavailable, expected));
  return spec.minAvailable === undefined ? 0 : scaled(spec.minAvailable, expected);
}

/** A percentage rounds up, for both. */
function scaled(value: number | string, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100);
}

function pendingEvictions(budget: PodDisruptionBudget, pods: readonly Pod[], now: number) {
  const disrupted: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let recheckAfterMs: number | null = null;
  const granted = budget.status?.disruptedPods ?? {};
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const time = granted[name];
    if (time === undefined || isTerminating(pod)) continue;
    const remaining = parseTime(time) + DELETION_TIMEOUT_MS - now;
    if (remaining <= 0) {
      notDeleted.push(pod);
      continue;
    }
    disrupted[name] = time;
    recheckAfterMs = Math.min(recheckAfterMs ?? remaining, remaining);
  }
  return { disrupted, notDeleted, recheckAfterMs };
}

function withCondition(
  budget: PodDisruptionBudget,
  next: { status: string; reason: string; message: string },
  now: number,
): readonly Condition[] {
  const old = budget.status?.conditions ?? [];
  const before = old.find(({ type }) => type === DISRUPTION_ALLOWED);
  const lastTransitionTime =
    before?.status === next.status ? (before.lastTransitionTime ?? rfc3339(now)) : rfc3339(now);
  const condition = {
    type: DISRUPTION_ALLOWED,
    observedGeneration: budget.metadata.generation ?? 0,
    ...next,
    lastTransitionTime,
  };
  return [...old.filter(({ type }) => type !== DISRUPTION_ALLOWED), condition];
}
