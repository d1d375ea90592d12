import { deepEqual, type JsonRecord } from '../../base/json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { badRequest, StatusError } from '../status.ts';
import type { StructInfo } from '../types.ts';
import { conflictStatus, conflictsOf } from './conflicts.ts';
import { type Entries, entryOf, fieldsOf, inOrder, NO_ENTRIES } from './entries.ts';
import { difference, EMPTY, type FieldSet, isEmpty, recursiveDifference, union } from './field-set.ts';
import { fieldSetOf, withoutNeverOwned } from './field-set-of.ts';
import { refreshLastApplied, takeoverPaths } from './last-applied.ts';
import { mergeObjects } from './merge.ts';
import { prune } from './prune.ts';
import { booked, ownableChanges, type ResetPaths, released, resetSet } from './track-update.ts';
import { typingProblem } from './typing.ts';

export interface ApplyRequest {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly struct: StructInfo;
  /** The stored object; null when the apply creates. */
  readonly live: KubeObject | null;
  /** The applied configuration as parsed, not decoded. */
  readonly patch: JsonRecord;
  readonly manager: string;
  /** `apps/v1` */
  readonly apiVersion: string;
  /** '' for the main endpoint. */
  readonly subresource: string;
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly now: string;
  readonly reset: ResetPaths;
}

export interface ApplyResult {
  /** Merged and pruned, without managedFields and not decoded: may hold nulls. The live object when nothing changed. */
  readonly object: JsonRecord;
  readonly managedFields: Entries;
}

/** Books what is there before the first apply. */
const BEFORE_FIRST_APPLY = 'before-first-apply';
/** The manager that may take over what it applied from the client before. */
const KUBECTL = 'kubectl';

function checkPatch({ patch, kind, apiVersion }: ApplyRequest): void {
  const metadata = (patch.metadata ?? {}) as JsonRecord;
  if (patch.apiVersion !== apiVersion || patch.kind !== kind.kind) {
    const version = String(patch.apiVersion ?? '');
    const slashed = version.includes('/') ? version : `/${version}`;
    throw badRequest(`invalid object type: ${slashed}, Kind=${String(patch.kind ?? '')}`);
  }
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
}

function checkTyping({ struct, patch, kind, apiVersion }: ApplyRequest): void {
  const problem = typingProblem(struct, patch);
  if (problem === null) return;
  const metadata = (patch.metadata ?? {}) as JsonRecord;
  const object = `${String(metadata.namespace ?? '')}/${String(metadata.name ?? '')}`;
  const type = `${kind.group === '' ? '/' : ''}${apiVersion}, Kind=${kind.kind}`;
  throw new StatusError(500, '', `failed to create typed patch object (${object}; ${type}): ${problem}`);
}

function withoutManagedFields(object: KubeObject): JsonRecord {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Entries before this apply; an object never tracked has all its fields booked first. */
function startingEntries({ live, struct, apiVersion, subresource, now, reset }: ApplyRequest): Entries {
  const entries = live?.metadata.managedFields ?? NO_ENTRIES;
  if (live === null || entries.length > 0) return entries;
  const changes = ownableChanges(struct, null, live, reset);
  return booked(NO_ENTRIES, changes, { manager: BEFORE_FIRST_APPLY, apiVersion, subresource, now });
}

const isOwn = (entry: ManagedFieldsEntry, manager: string, subresource: string): boolean =>
  entry.operation === 'Apply' && entry.manager === manager && (entry.subresource ?? '') === subresource;

/** Throws unless the conflicts may be overridden: by force, or by kubectl for what it applied itself before. */
function judgeConflicts(
  request: ApplyRequest,
  others: Entries,
  changed: FieldSet | null,
  live: JsonRecord | null,
): void {
  if (request.force) return;
  const conflicts = conflictsOf(others, changed);
  if (conflicts.length === 0) return;
  if (request.manager !== KUBECTL || live === null) throw conflictStatus(conflicts);
  const allowed = takeoverPaths(request.struct, live);
  const real = conflicts
    .map(({ entry, paths }) => ({ entry, paths: difference(paths, allowed) }))
    .filter(({ paths }) => !isEmpty(paths));
  if (real.length > 0) throw conflictStatus(real);
}

/**
 * Server-side apply (KEP-555, api.md 5.4): merges the configuration into the live object, removes what the manager no
 * longer applies, refuses to change what others own unless forced, and keeps the books. Decode and default the result.
 *
 * @throws StatusError 400 for a wrong type or managedFields in the patch, 500 when it does not fit the schema,
 *   409 with causes for conflicts
 */
export function serverSideApply(request: ApplyRequest): ApplyResult {
  checkPatch(request);
  checkTyping(request);
  const { struct, patch, manager, apiVersion, subresource, reset } = request;
  const live = request.live === null ? null : withoutManagedFields(request.live);
  const start = startingEntries(request);
  const own = start.find((entry) => isOwn(entry, manager, subresource));
  const others = start.filter((entry) => entry !== own);
  const applied = recursiveDifference(fieldSetOf(struct, patch), resetSet(reset));
  const merged = mergeObjects(struct, live ?? {}, patch);
  const owned = others.reduce((set, entry) => union(set, fieldsOf(entry)), applied);
  const last = own === undefined ? EMPTY : fieldsOf(own);
  const next = isEmpty(last) ? merged : prune(struct, merged, last, owned);
  const changes = ownableChanges(struct, live as unknown as KubeObject | null, next as unknown as KubeObject, reset);
  judgeConflicts(request, others, changes.changed, live);

  const unchanged = live !== null && deepEqual(live, next);
  const entries = others.map((entry) => released(entry, changes)).filter((entry) => entry !== null);
  const set = withoutNeverOwned(applied);
  if (!isEmpty(set)) {
    // An apply that changes nothing leaves the time alone, even where there is none yet.
    const time = unchanged ? own?.time : request.now;
    entries.push(entryOf({ manager, operation: 'Apply', apiVersion, subresource }, time, set));
  }
  const object = unchanged && live !== null ? live : next;
  return {
    object: manager === KUBECTL ? refreshLastApplied(object, patch) : object,
    managedFields: inOrder(entries),
  };
}
