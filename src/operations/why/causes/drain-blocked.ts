import { cause } from '../cause.ts';
import { evictionRefusal, type Refusal } from '../facts/budget-facts.ts';
import { isCordoned } from '../facts/node-facts.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

const EXPLAINED = 2;

const budgetsIn = (refusal: Refusal) => (refusal.kind === 'budget' ? [refusal.budget] : refusal.budgets);

/** Pods that may not be evicted now hold a drain up, or would. */
export const drainBlocked = cause({
  id: 'drain-blocked',
  kind: 'Node',
  applies(node, world) {
    const { name = '' } = node.metadata;
    const held = world.observed.pods
      .filter(({ spec }) => spec.nodeName === name)
      .flatMap((pod) => {
        const refusal = evictionRefusal(pod, world);
        return refusal === null ? [] : [{ pod, refusal }];
      });
    if (held.length === 0) return null;
    const draining = isCordoned(node);
    const texts = held.map(
      ({ pod, refusal }) =>
        `${pod.metadata.name} (${refusal.kind === 'budget' ? 'budget' : 'several budgets:'} ${listed(budgetsIn(refusal).map(({ metadata }) => metadata.name ?? ''))})`,
    );
    const budgets = [...new Set(held.flatMap(({ refusal }) => budgetsIn(refusal)))];
    return {
      severity: draining ? 'follows' : 'risk',
      says: draining ? `a drain cannot evict ${listed(texts)} now` : `a drain would stop at ${listed(texts)}`,
      rule: {
        text: 'Eviction asks the budgets; a refused one (429) is tried again every 5 s by kubectl drain. A plain delete asks nobody.',
        source: 'policy/v1 Eviction, PodDisruptionBudget',
      },
      next: budgets.slice(0, EXPLAINED).map((budget) => subjectOf('PodDisruptionBudget', budget)),
    };
  },
});
