import { labelSelectorMatcher } from '../../../schema/selectors.ts';
import type { Pod, PodDisruptionBudget } from '../observed.ts';
import type { World } from '../world.ts';
import { isDone, isReady, isTerminating } from './pod-facts.ts';

/** policy/v1: a budget without a selector is for no pod, with an empty one for all of its namespace. */
export function isForPod(budget: PodDisruptionBudget, pod: Pod): boolean {
  return (
    budget.metadata.namespace === pod.metadata.namespace &&
    labelSelectorMatcher(budget.spec.selector).matches(pod.metadata.labels)
  );
}

export const budgetsOf = (pod: Pod, world: World): readonly PodDisruptionBudget[] =>
  world.observed.budgets.filter((budget) => isForPod(budget, pod));

export const podsOf = (budget: PodDisruptionBudget, world: World): readonly Pod[] =>
  world.observed.pods.filter((pod) => isForPod(budget, pod) && !isDone(pod));

export type Refusal =
  | { readonly kind: 'budget'; readonly budget: PodDisruptionBudget }
  /** More than one budget: the eviction API gives up with an error. */
  | { readonly kind: 'several'; readonly budgets: readonly PodDisruptionBudget[] };

/** Why the eviction API would refuse a pod now; null when it would not (rules of the eviction subresource, policy/v1). */
export function evictionRefusal(pod: Pod, world: World): Refusal | null {
  if (isDone(pod) || isTerminating(pod) || pod.status.phase === 'Pending') return null;
  const budgets = budgetsOf(pod, world);
  if (budgets.length > 1) return { kind: 'several', budgets };
  const [budget] = budgets;
  if (budget === undefined) return null;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = budget.status;
  if (!isReady(pod)) {
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return null;
    // A pod that is not healthy anyway may go while enough others are.
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return null;
  }
  return disruptionsAllowed > 0 ? null : { kind: 'budget', budget };
}

/** `minAvailable 2`, `maxUnavailable 1`. */
export function demandText({ spec }: PodDisruptionBudget): string {
  return spec.minAvailable === undefined
    ? `maxUnavailable ${spec.maxUnavailable ?? '?'}`
    : `minAvailable ${spec.minAvailable}`;
}
