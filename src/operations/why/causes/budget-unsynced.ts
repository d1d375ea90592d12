import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { shortened } from '../words.ts';

/** The disruption controller could not work the budget out, and then allows nothing. */
export const budgetUnsynced = cause({
  id: 'budget-unsynced',
  kind: 'PodDisruptionBudget',
  applies(budget) {
    const failed = budget.status.conditions?.find(
      ({ type, status, reason }) => type === 'DisruptionAllowed' && status === 'False' && reason === 'SyncFailed',
    );
    const { namespace = '', name = '', generation } = budget.metadata;
    if (failed === undefined && (generation === undefined || (budget.status.observedGeneration ?? 0) >= generation))
      return null;
    return {
      severity: 'blocks',
      says:
        failed === undefined
          ? `it was changed and has not been worked out anew yet`
          : `it cannot be worked out: ${shortened(failed.message)}`,
      rule: {
        text: 'While the counts of a budget are not current no eviction is allowed. A percentage needs pods with a controller that has a scale.',
        source: 'PodDisruptionBudget status.conditions (DisruptionAllowed)',
      },
      ways: [way('see what was said about it', kubectl(namespace, 'describe', 'pdb', name))],
    };
  },
});
