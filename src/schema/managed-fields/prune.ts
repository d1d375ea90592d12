import type { JsonRecord } from '../../base/json.ts';
import type { StructInfo } from '../types.ts';
import { difference, type FieldSet, intersection, union } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { removePaths, withNamedFields } from './remove.ts';

/**
 * Removes what the manager applied last time, does not apply now, and nobody else owns (api.md 5.4.3): fields, list
 * items and map keys.
 *
 * @param last what the manager applied last time
 * @param owned what all managers own now, the applied configuration included
 */
export function prune(struct: StructInfo, merged: JsonRecord, last: FieldSet, owned: FieldSet): JsonRecord {
  const members = (set: FieldSet): FieldSet => withNamedFields(struct, set);
  const lastMembers = members(last);
  const present = members(fieldSetOf(struct, merged));
  const afterLast = members(fieldSetOf(struct, removePaths(struct, merged, lastMembers)));
  // Back comes what somebody owns ...
  const keep = union(afterLast, members(owned));
  const withOwned = removePaths(struct, merged, difference(present, keep));
  // ... and what went with its parent although the manager never applied it.
  const remaining = members(fieldSetOf(struct, withOwned));
  return removePaths(struct, merged, intersection(difference(present, remaining), lastMembers));
}
