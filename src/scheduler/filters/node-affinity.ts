import { matchesPodPlacement, type NodeTerm } from '../../api/shared/node-selector.ts';
import type { Filter } from '../types.ts';
import { unresolvable } from './verdict.ts';

const MISMATCH = unresolvable("node(s) didn't match Pod's node affinity/selector");

/** True when every term pins metadata.name to an empty intersection: no node can ever match. */
function conflicting(terms: readonly NodeTerm[]): boolean {
  if (terms.length === 0) return false;
  return terms.every((term) => {
    const pinned = (term.matchFields ?? []).filter((field) => field.key === 'metadata.name' && field.operator === 'In');
    if (pinned.length < 2) return false;
    return !(pinned[0]?.values ?? []).some((name) => pinned.every((field) => (field.values ?? []).includes(name)));
  });
}

/** spec.nodeSelector and required node affinity. */
export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare(pod) {
    const { spec } = pod.pod;
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required && !spec.nodeSelector) return null;
    if (required && conflicting(required.nodeSelectorTerms ?? [])) return { rejected: 'pod affinity terms conflict' };
    return (node) => (matchesPodPlacement(spec, node) ? null : MISMATCH);
  },
};
