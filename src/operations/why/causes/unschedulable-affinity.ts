import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import type { Pod } from '../observed.ts';

/** Node selector or required node affinity. */
export const unschedulableAffinity = cause({
  id: 'unschedulable-affinity',
  kind: 'Pod',
  applies(pod) {
    const refused = refusedBy(pod, /Pod's node affinity|requested node name|match node selector/);
    if (refused === null) return null;
    const wants = wanted(pod);
    const [label] = Object.entries(pod.spec.nodeSelector ?? {});
    return {
      severity: 'blocks',
      says: `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'does' : 'do'} not match what it asks of nodes (${wants})`,
      rule: {
        text: 'nodeSelector and required node affinity both have to hold for a node.',
        source: 'spec.nodeSelector, spec.affinity.nodeAffinity',
      },
      ways: [
        way('see the labels the nodes have', kubectl(undefined, 'get', 'nodes', '--show-labels')),
        ...(label === undefined
          ? []
          : [
              way('label a node that is meant', kubectl(undefined, 'label', 'node', 'NODE', `${label[0]}=${label[1]}`)),
            ]),
      ],
    };
  },
});

function wanted(pod: Pod): string {
  const selector = Object.entries(pod.spec.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const alternatives = terms.map(({ matchExpressions = [], matchFields = [] }) =>
    [...matchExpressions, ...matchFields]
      .map(({ key, operator, values = [] }) => `${key} ${operator} ${values.join('|')}`.trim())
      .join(' and '),
  );
  return [...selector, ...(alternatives.length === 0 ? [] : [alternatives.join(' or ')])].join(', ') || 'its node name';
}
