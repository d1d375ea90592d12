import { untolerated } from '../../api/shared/tolerations.ts';
import type { Filter } from '../types.ts';
import { unresolvable } from './verdict.ts';

const TAINTED = unresolvable('node(s) had untolerated taint(s)');
const EFFECTS = ['NoSchedule', 'NoExecute'];

/** NoSchedule and NoExecute taints need a toleration; PreferNoSchedule only scores. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare(pod) {
    return (node) =>
      node.taints.length > 0 && untolerated(node.taints, pod.tolerations, EFFECTS) !== null ? TAINTED : null;
  },
};
