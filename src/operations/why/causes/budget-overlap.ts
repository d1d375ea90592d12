import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { budgetsOf, podsOf } from '../facts/budget-facts.ts';
import { listed } from '../words.ts';

/** A pod with more than one budget cannot be evicted at all. */
export const budgetOverlap = cause({
  id: 'budget-overlap',
  kind: 'PodDisruptionBudget',
  applies(budget, world) {
    const shared = podsOf(budget, world).filter((pod) => budgetsOf(pod, world).length > 1);
    const [first] = shared;
    if (first === undefined) return null;
    const { namespace = '', name = '' } = budget.metadata;
    const others = [...new Set(shared.flatMap((pod) => budgetsOf(pod, world)))]
      .filter((other) => other !== budget)
      .map(({ metadata }) => metadata.name ?? '');
    return {
      severity: 'blocks',
      says: `${listed(shared.map(({ metadata }) => metadata.name ?? ''))} ${shared.length === 1 ? 'has' : 'have'} more than one budget (${name} and ${listed(others)}): the eviction API refuses such pods with an error`,
      rule: {
        text: 'A pod may be selected by one budget only; which of several to spend is not defined.',
        source: 'policy/v1 Eviction',
      },
      ways: [
        way(
          'delete the one that is too many',
          kubectl(namespace, 'delete', 'pdb', 'NAME'),
          risk('volumes stay; what only that budget protected is then unprotected'),
        ),
      ],
    };
  },
});
