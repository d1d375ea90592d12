import type { Filter } from '../types.ts';
import { unresolvable } from './verdict.ts';

const OTHER = unresolvable("node(s) didn't match the requested node name");

/** A pod that names its node goes there or nowhere. */
export const nodeName: Filter = {
  name: 'NodeName',
  prepare(pod) {
    const wanted = pod.pod.spec.nodeName;
    return wanted ? (node) => (node.name === wanted ? null : OTHER) : null;
  },
};
