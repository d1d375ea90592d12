import { tolerates } from '../../api/shared/tolerations.ts';
import type { Filter } from '../types.ts';
import { unresolvable } from './verdict.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const CORDONED = unresolvable('node(s) were unschedulable');

/** Cordoned nodes take only pods that tolerate the unschedulable taint. */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare(pod) {
    if (pod.tolerations.some((toleration) => tolerates(toleration, TAINT))) return null;
    return (node) => (node.unschedulable ? CORDONED : null);
  },
};
