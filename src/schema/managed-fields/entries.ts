import { compareText, deepEqual } from '../../base/json.ts';
import { parseTime } from '../../base/time.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import { type FieldSet, isFieldSet, union } from './field-set.ts';

export type Entries = readonly ManagedFieldsEntry[];

export const NO_ENTRIES: Entries = Object.freeze([]);
const MAX_UPDATE_ENTRIES = 10;
const OLD_UPDATES = 'ancient-changes';

/** An entry in the field order of the API. */
export function entryOf(
  of: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
  time: string | undefined,
  set: FieldSet,
): ManagedFieldsEntry {
  return {
    ...(of.manager === undefined ? {} : { manager: of.manager }),
    ...(of.operation === undefined ? {} : { operation: of.operation }),
    ...(of.apiVersion === undefined ? {} : { apiVersion: of.apiVersion }),
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(of.subresource === undefined || of.subresource === '' ? {} : { subresource: of.subresource }),
  };
}

export function fieldsOf(entry: ManagedFieldsEntry): FieldSet {
  return (entry.fieldsV1 ?? {}) as FieldSet;
}

/** The same entry with another set; itself when the set is the same. */
export function withFields(entry: ManagedFieldsEntry, set: FieldSet): ManagedFieldsEntry {
  return set === entry.fieldsV1 ? entry : entryOf(entry, entry.time, set);
}

/** What tells managers apart: the version only for Update. */
export function identityOf(entry: ManagedFieldsEntry): string {
  return JSON.stringify({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.operation === 'Update' ? entry.apiVersion : undefined,
    subresource: entry.subresource === '' ? undefined : entry.subresource,
  });
}

export function isUpdateBy(entry: ManagedFieldsEntry, manager: string, version: string, subresource: string): boolean {
  return (
    entry.operation === 'Update' &&
    entry.manager === manager &&
    entry.apiVersion === version &&
    (entry.subresource ?? '') === subresource
  );
}

/** Managed fields in a request that ask for a reset: `[]`, or one empty entry. */
export function isReset(requested: unknown): boolean {
  if (!Array.isArray(requested)) return false;
  return requested.length === 0 || (requested.length === 1 && deepEqual(requested[0], {}));
}

function isEntry(value: ManagedFieldsEntry): boolean {
  const { operation, apiVersion, fieldsType, fieldsV1 } = value;
  if (operation !== 'Apply' && operation !== 'Update') return false;
  if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1') return false;
  return fieldsV1 === undefined || isFieldSet(fieldsV1);
}

/** Entries a request carries, or null when they are missing or not well formed. Live entries are taken as they are. */
export function requestedEntries(requested: Entries | undefined, live: Entries): Entries | null {
  if (requested === live) return live;
  if (!Array.isArray(requested) || requested.length === 0) return null;
  const entries: ManagedFieldsEntry[] = [];
  for (let i = 0; i < requested.length; i++) {
    const entry = requested[i] as ManagedFieldsEntry;
    const same = live[i];
    if (same !== undefined && deepEqual(entry, same)) entries.push(same);
    else if (isEntry(entry)) entries.push(entry);
    else return null;
  }
  return entries.length === live.length && entries.every((entry, i) => entry === live[i]) ? live : entries;
}

function secondsOf(entry: ManagedFieldsEntry): number {
  return entry.time === undefined ? 0 : Math.floor(parseTime(entry.time) / 1000) || 0;
}

function compareTimes(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return a.time === b.time ? 0 : secondsOf(a) - secondsOf(b);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation ?? '', b.operation ?? '') ||
    compareTimes(a, b) ||
    compareText(a.manager ?? '', b.manager ?? '') ||
    compareText(a.apiVersion ?? '', b.apiVersion ?? '') ||
    compareText(a.subresource ?? '', b.subresource ?? '')
  );
}

/** In the order answers have them: Apply before Update, then by time, manager, version, subresource. */
export function inOrder(entries: Entries): Entries {
  for (let i = 1; i < entries.length; i++) {
    if (compareEntries(entries[i - 1]!, entries[i]!) > 0) return [...entries].sort(compareEntries);
  }
  return entries;
}

/** Merges the oldest Update entries of one version into `ancient-changes` until at most ten are left. */
export function capped(entries: Entries): Entries {
  const updates = entries.filter((entry) => entry.operation === 'Update');
  let excess = updates.length - MAX_UPDATE_ENTRIES;
  if (excess <= 0) return entries;
  updates.sort((a, b) => compareTimes(a, b) || compareText(identityOf(a), identityOf(b)));
  const kept = new Set(entries);
  const firsts = new Map<string, ManagedFieldsEntry>();
  const buckets = new Map<string, ManagedFieldsEntry>();
  for (const entry of updates) {
    if (isUpdateBy(entry, OLD_UPDATES, entry.apiVersion ?? '', '')) buckets.set(entry.apiVersion ?? '', entry);
  }
  for (const entry of updates) {
    if (excess <= 0) break;
    const version = entry.apiVersion ?? '';
    const first = firsts.get(version);
    if (first === undefined) {
      firsts.set(version, entry);
      continue;
    }
    const bucket = buckets.get(version) ?? first;
    const of = { manager: OLD_UPDATES, operation: 'Update', apiVersion: version } as const;
    const merged = entryOf(of, entry.time, union(fieldsOf(bucket), fieldsOf(entry)));
    kept.delete(bucket);
    kept.delete(entry);
    kept.add(merged);
    buckets.set(version, merged);
    excess--;
  }
  return [...kept];
}
