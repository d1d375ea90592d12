import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { type StatefulSet, startOf } from '../types.ts';

/**
 * Which ordinals a set counts: from `ordinals.start` on, without the reserved ones (`perdure.dev/reserved-ordinals`).
 * The index of a member is its place among them; partition and replicas count indices, so a partition keeps as many
 * members at the current revision as it says, wherever the gaps are.
 */

/** Place of an ordinal; -1 below the start and for a reserved one. May lie beyond `replicas`. */
export function indexOfOrdinal(set: StatefulSet, ordinal: number): number {
  const start = startOf(set);
  if (ordinal < start) return -1;
  let index = ordinal - start;
  for (const { first, last } of optInsOf(set).reservedOrdinals) {
    if (first > ordinal) break;
    if (last >= ordinal) return -1;
    index -= Math.max(0, last - Math.max(first, start) + 1);
  }
  return index;
}

/** The ordinal at a place; inverse of `indexOfOrdinal`. */
export function ordinalAtIndex(set: StatefulSet, index: number): number {
  const start = startOf(set);
  let ordinal = start + index;
  for (const { first, last } of optInsOf(set).reservedOrdinals) {
    if (first > ordinal) break;
    if (last >= start) ordinal += last - Math.max(first, start) + 1;
  }
  return ordinal;
}
