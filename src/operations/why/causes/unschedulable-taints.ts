import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { type Taint, tolerates } from '../facts/toleration-facts.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

const taintText = ({ key, value = '', effect }: Taint): string => `${key}${value === '' ? '' : `=${value}`}:${effect}`;

/** Nodes carry taints the pod does not tolerate. */
export const unschedulableTaints = cause({
  id: 'unschedulable-taints',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, /untolerated taint|had taint.* didn't tolerate/);
    if (refused === null) return null;
    const tainted = world.observed.nodes.flatMap((node) => {
      const taints = (node.spec.taints ?? []).filter(
        (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint),
      );
      return taints.length === 0 ? [] : [{ node, taints }];
    });
    const texts = tainted.map(({ node, taints }) => `${node.metadata.name}: ${taints.map(taintText).join(', ')}`);
    // Taints the control plane sets tell of a node in trouble; that is what to look at, not the taint.
    const own = tainted.filter(({ taints }) => taints.every(({ key }) => !key.startsWith('node.kubernetes.io/')));
    const troubled = tainted.filter((each) => !own.includes(each)).map(({ node }) => node);
    const [first] = own;
    return {
      severity: 'blocks',
      says: `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'has' : 'have'} a taint it does not tolerate${texts.length === 0 ? '' : ` (${listed(texts, 4)})`}`,
      rule: {
        text: 'A tainted node takes only pods that tolerate the taint. Taints under node.kubernetes.io/ are set by the control plane while a node is in trouble, and go with it.',
        source: 'Node spec.taints, spec.tolerations',
      },
      ways:
        first === undefined
          ? []
          : [
              way(
                `take the taint off ${first.node.metadata.name}, if pods of this kind may run there`,
                kubectl(undefined, 'taint', 'node', first.node.metadata.name ?? '', `${taintText(first.taints[0]!)}-`),
                risk('any other pod may then come to that node too'),
              ),
            ],
      next: troubled.slice(0, 3).map((node) => subjectOf('Node', node)),
    };
  },
});
