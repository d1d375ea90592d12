import { formatLabelSelector } from '../../../schema/selectors.ts';
import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { podsOf } from '../facts/budget-facts.ts';

/** The budget is for no pod. */
export const budgetEmpty = cause({
  id: 'budget-empty',
  kind: 'PodDisruptionBudget',
  applies(budget, world) {
    if (!world.sees('pods') || podsOf(budget, world).length > 0) return null;
    const { namespace = '' } = budget.metadata;
    return {
      severity: 'warning',
      says: `it protects nothing: no pod in ${namespace} matches ${formatLabelSelector(budget.spec.selector)}`,
      rule: {
        text: 'A budget counts the pods its selector matches; a typing error in it goes unnoticed until the drain.',
        source: 'PodDisruptionBudget spec.selector',
      },
      ways: [way('compare with the labels the pods have', kubectl(namespace, 'get', 'pods', '--show-labels'))],
    };
  },
});
