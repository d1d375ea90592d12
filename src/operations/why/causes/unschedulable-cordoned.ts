import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isCordoned } from '../facts/node-facts.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { listed } from '../words.ts';

/** Nodes are cordoned. */
export const unschedulableCordoned = cause({
  id: 'unschedulable-cordoned',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, /were unschedulable/);
    if (refused === null) return null;
    const names = world.observed.nodes.filter(isCordoned).map(({ metadata }) => metadata.name ?? '');
    return {
      severity: 'blocks',
      says: `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'is' : 'are'} cordoned${names.length === 0 ? '' : ` (${listed(names)})`}`,
      rule: { text: 'A cordoned node keeps its pods and takes no new ones.', source: 'Node spec.unschedulable' },
      ways:
        names.length === 0
          ? []
          : [way('let it take pods again, once the work on it is done', kubectl(undefined, 'uncordon', ...names))],
    };
  },
});
