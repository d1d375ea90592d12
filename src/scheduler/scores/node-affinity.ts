import { matchesNodeTerm, type NodeTerm } from '../../api/shared/node-selector.ts';
import type { Score } from '../types.ts';
import { scaled } from './normalize.ts';

interface Preferred {
  readonly weight: number;
  readonly preference: NodeTerm;
}

/** Sum of the weights of the preferred node affinity terms that match. */
export const preferredNodeAffinity: Score = {
  name: 'NodeAffinity',
  weight: 2,
  prepare(pod, _world, nodes) {
    const terms: readonly Preferred[] =
      pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return null;
    return scaled(nodes, (node) =>
      terms.reduce((sum, term) => sum + (matchesNodeTerm(term.preference, node) ? term.weight : 0), 0),
    );
  },
};
