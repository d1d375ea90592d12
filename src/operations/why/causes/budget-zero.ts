import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { demandText } from '../facts/budget-facts.ts';
import { counted } from '../words.ts';

/** The budget can never allow an eviction, even with all pods healthy. */
export const budgetZero = cause({
  id: 'budget-zero',
  kind: 'PodDisruptionBudget',
  applies(budget) {
    const { desiredHealthy = 0, expectedPods = 0, disruptionsAllowed = 0 } = budget.status;
    if (expectedPods === 0 || desiredHealthy < expectedPods || disruptionsAllowed > 0) return null;
    const { namespace = '', name = '' } = budget.metadata;
    const single = expectedPods === 1;
    return {
      severity: 'blocks',
      says: `it never allows an eviction: ${demandText(budget)} means that all ${counted(expectedPods, 'pod')} must stay, so no node with one of them can be drained`,
      rule: {
        text: 'Percentages of minAvailable are rounded up. Once all pods must stay, a drain waits for ever.',
        source: 'PodDisruptionBudget spec',
      },
      ways: [
        way(
          single ? 'allow the one pod to be moved (a short interruption)' : 'allow one at a time',
          kubectl(
            namespace,
            'patch',
            'pdb',
            name,
            '--type=merge',
            '-p',
            '{"spec":{"minAvailable":null,"maxUnavailable":1}}',
          ),
          risk(
            single
              ? 'volumes stay; the service is away while the pod moves'
              : 'volumes stay; one member at a time is away',
          ),
        ),
      ],
    };
  },
});
