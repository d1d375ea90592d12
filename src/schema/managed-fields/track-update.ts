import { isRecord } from '../../base/json.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import type { StructInfo } from '../types.ts';
import { type Comparison, compareObjects } from './compare.ts';
import { zeroOf } from './elements.ts';
import {
  capped,
  type Entries,
  entryOf,
  fieldsOf,
  inOrder,
  isReset,
  isUpdateBy,
  NO_ENTRIES,
  requestedEntries,
  withFields,
} from './entries.ts';
import { difference, type FieldSet, isEmpty, recursiveDifference, setOfPaths, union } from './field-set.ts';

/** Paths by name that an endpoint never owns: `[['status']]`, `[['metadata', 'labels']]`. */
export type ResetPaths = readonly (readonly string[])[];

interface ManagedObject {
  readonly metadata: { readonly managedFields?: Entries | undefined };
}

export interface UpdateTracking {
  readonly struct: StructInfo;
  /** The live object; null for a create. */
  readonly before: ManagedObject | null;
  /** What will be written, defaulted, before admission. Its managedFields are those of the request. */
  readonly after: ManagedObject;
  readonly manager: string;
  /** `apps/v1` */
  readonly apiVersion: string;
  /** '' for the main endpoint. */
  readonly subresource: string;
  /** RFC 3339, seconds. */
  readonly now: string;
  readonly reset: ResetPaths;
  /** managedFields of the request as sent, where decoding may have dropped an empty list (a request to reset). */
  readonly requested?: unknown;
}

const resetSets = new WeakMap<ResetPaths, FieldSet>();

/** Reset paths as a set, remembered by identity of the list. */
export function resetSet(paths: ResetPaths): FieldSet {
  const hit = resetSets.get(paths);
  if (hit !== undefined) return hit;
  const set = setOfPaths(paths);
  resetSets.set(paths, set);
  return set;
}

const record = (object: ManagedObject): Readonly<Record<string, unknown>> =>
  object as unknown as Readonly<Record<string, unknown>>;

/** Comparison of live and new object without what this endpoint never owns. */
export function ownableChanges(
  struct: StructInfo,
  before: ManagedObject | null,
  after: ManagedObject,
  reset: ResetPaths,
): Comparison {
  const left = before === null ? zeroOf(struct) : record(before);
  const topLevel = new Set(reset.filter((path) => path.length === 1).map((path) => path[0]!));
  const { changed, removed } = compareObjects(struct, left, record(after), topLevel);
  if (topLevel.size === reset.length) return { changed, removed };
  const ignored = resetSet(reset);
  const ownable = (set: FieldSet | null): FieldSet | null => {
    const rest = set === null ? null : recursiveDifference(set, ignored);
    return rest === null || isEmpty(rest) ? null : rest;
  };
  return { changed: ownable(changed), removed: ownable(removed) };
}

/** Takes changed and removed paths out of an entry; null when nothing is left. */
export function released(entry: ManagedFieldsEntry, { changed, removed }: Comparison): ManagedFieldsEntry | null {
  let set = fieldsOf(entry);
  if (changed !== null) set = difference(set, changed);
  if (removed !== null) set = difference(set, removed);
  return isEmpty(set) ? null : withFields(entry, set);
}

function startingEntries(tracking: UpdateTracking): Entries {
  const live = tracking.before?.metadata.managedFields ?? NO_ENTRIES;
  if (tracking.subresource !== '') return live;
  const { managedFields } = tracking.after.metadata;
  if (isReset(tracking.requested) || isReset(managedFields)) return NO_ENTRIES;
  return requestedEntries(managedFields, live) ?? live;
}

/** Books changes on one Update entry, after all entries have lost what changed. */
export function booked(
  entries: Entries,
  changes: Comparison,
  owner: Pick<UpdateTracking, 'manager' | 'apiVersion' | 'subresource' | 'now'>,
): Entries {
  const manager = owner.manager === '' ? 'unknown' : owner.manager;
  const out: ManagedFieldsEntry[] = [];
  let found = false;
  for (const entry of entries) {
    if (changes.changed !== null && isUpdateBy(entry, manager, owner.apiVersion, owner.subresource)) {
      found = true;
      // What changed comes back at once: only what is gone has to be taken out first.
      const rest = changes.removed === null ? entry : released(entry, { changed: null, removed: changes.removed });
      const set = rest === null ? changes.changed : union(fieldsOf(rest), changes.changed);
      out.push(entryOf(entry, owner.now, set));
      continue;
    }
    const rest = released(entry, changes);
    if (rest !== null) out.push(rest);
  }
  if (!found && changes.changed !== null) {
    const { apiVersion, subresource } = owner;
    out.push(entryOf({ manager, operation: 'Update', apiVersion, subresource }, owner.now, changes.changed));
  }
  return out;
}

/**
 * managedFields after a create, update or patch: the manager's Update entry takes what was added or changed, every entry
 * loses what was changed by it or is gone (api.md 5.3). Objects that are not tracked stay so. Unchanged subtrees are
 * found by identity first; entries nobody touched are the same objects as before.
 */
export function trackUpdate(tracking: UpdateTracking): Entries {
  const start = startingEntries(tracking);
  if (start.length === 0 && tracking.before !== null) return NO_ENTRIES;
  const changes = ownableChanges(tracking.struct, tracking.before, tracking.after, tracking.reset);
  if (changes.changed === null && changes.removed === null) return inOrder(start);
  return inOrder(capped(booked(start, changes, tracking)));
}

/** managedFields of a raw request body, for `requested`. */
export function managedFieldsOfBody(json: unknown): unknown {
  return isRecord(json) && isRecord(json.metadata) ? json.metadata.managedFields : undefined;
}
