import { tolerates } from '../../api/shared/tolerations.ts';
import type { Score } from '../types.ts';
import { scaled } from './normalize.ts';

/** The fewer PreferNoSchedule taints a pod does not tolerate, the better. */
export const taintPreference: Score = {
  name: 'TaintToleration',
  weight: 3,
  prepare(pod, _world, nodes) {
    if (nodes.every((node) => node.taints.length === 0)) return null;
    return scaled(
      nodes,
      (node) =>
        node.taints.filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !pod.tolerations.some((t) => tolerates(t, taint)),
        ).length,
      true,
    );
  },
};
