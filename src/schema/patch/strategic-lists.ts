import { getOwn, isRecord, type JsonRecord } from '../../base/json.ts';
import { goType, goValue } from './go-value.ts';
import { listsOfLists, patchFailure } from './strategic-errors.ts';

type List = readonly unknown[];
type MergeElement = (original: JsonRecord, patch: JsonRecord) => JsonRecord;

const noMergeKey = (value: JsonRecord, key: string): Error =>
  patchFailure(`map: ${goValue(value)} does not contain declared merge key: ${key}`);

/** Go type all elements share; lists mixed or nested are refused. */
function elementType(...lists: readonly List[]): string {
  let type: string | null = null;
  for (const list of lists) {
    for (const element of list) {
      const own = goType(element);
      if (type === null && Array.isArray(element)) throw listsOfLists();
      if (type !== null && type !== own) throw patchFailure(`list element types are not identical: ${goValue(lists)}`);
      type = own;
    }
  }
  if (type === null) throw patchFailure('no elements in any of the given slices');
  return type;
}

/** What tells elements apart: the merge key's value, or a scalar itself. */
function identity(element: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return element;
  if (!isRecord(element)) throw patchFailure(`expected a map[string]interface {}, but received a ${goType(element)}`);
  const key = getOwn(element, mergeKey);
  if (key === undefined) throw noMergeKey(element, mergeKey);
  return key;
}

const indexOf = (list: List, key: unknown, mergeKey: string): number =>
  list.findIndex(
    (element) => (mergeKey === '' ? element : isRecord(element) ? getOwn(element, mergeKey) : undefined) === key,
  );

/**
 * Puts merged elements in order: those named in `order` by it, the others (only on the server) between them where the
 * live list had them, as far as both orders allow.
 */
export function ordered(merged: List, order: List, live: List, mergeKey: string): unknown[] {
  const named: { element: unknown; rank: number; key: unknown }[] = [];
  const others: { element: unknown; key: unknown }[] = [];
  for (const element of merged) {
    const key = identity(element, mergeKey);
    const rank = indexOf(order, key, mergeKey);
    if (rank >= 0) named.push({ element, rank, key });
    else others.push({ element, key });
  }
  named.sort((a, b) => a.rank - b.rank);
  const out: unknown[] = [];
  let next = 0;
  for (const { element, key } of others) {
    const place = indexOf(live, key, mergeKey);
    while (next < named.length) {
      const namedPlace = indexOf(live, named[next]!.key, mergeKey);
      if (namedPlace >= 0 && place >= 0 && place < namedPlace) break;
      out.push(named[next++]!.element);
    }
    out.push(element);
  }
  for (; next < named.length; next++) out.push(named[next]!.element);
  return out;
}

const isDirective = (element: unknown): boolean => isRecord(element) && Object.hasOwn(element, '$patch');

/** The patch list must be a subsequence of its `$setElementOrder` list; deletions do not count. */
export function checkOrder(patch: List, order: List, mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const wanted = mergeKey === '' ? patch : patch.filter((element) => !isDirective(element));
  let at = 0;
  for (const element of order) {
    if (at < wanted.length && identity(wanted[at], mergeKey) === identity(element, mergeKey)) at++;
  }
  if (at < wanted.length) {
    throw patchFailure(
      `The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`,
    );
  }
}

interface Prepared {
  readonly original: List;
  /** Null: a `$patch: replace` element made the rest of the patch the whole list. */
  readonly patch: readonly JsonRecord[] | null;
}

/** Carries out elements that are directives: `$patch: delete` by key, `$patch: replace` for the whole list. */
function applyElementDirectives(original: List, patch: readonly JsonRecord[], mergeKey: string): Prepared {
  let kept = original;
  const plain: JsonRecord[] = [];
  let replace = false;
  for (const element of patch) {
    const directive = getOwn(element, '$patch');
    if (directive === undefined) plain.push(element);
    else if (directive === 'delete') {
      const key = identity(element, mergeKey);
      kept = kept.filter((other) => !isRecord(other) || getOwn(other, mergeKey) !== key);
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw patchFailure('merging lists cannot yet be specified in the patch');
    else throw patchFailure(`unknown patch type: ${goValue(directive)} in map: ${goValue(element)}`);
  }
  return replace ? { original: plain, patch: null } : { original: kept, patch: plain };
}

/** Merges lists of the strategy `merge`: objects by merge key, scalars as a union. */
export function mergeLists(
  original: List,
  patch: List,
  mergeKey: string,
  isDeletion: boolean,
  mergeElement: MergeElement,
): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  if (elementType(original, patch) !== 'map[string]interface {}') {
    if (isDeletion) return original.filter((element) => !patch.includes(element));
    return ordered([...new Set([...original, ...patch])], patch, original, '');
  }
  if (mergeKey === '') throw patchFailure('cannot merge lists without merge key for type struct');
  const prepared = applyElementDirectives(original, patch as readonly JsonRecord[], mergeKey);
  const changes = prepared.patch ?? [];
  const merged = [...prepared.original];
  for (const element of changes) {
    const at = indexOf(merged, identity(element, mergeKey), mergeKey);
    if (at >= 0) merged[at] = mergeElement(merged[at] as JsonRecord, element);
    else merged.push(element);
  }
  return ordered(merged, changes, prepared.original, mergeKey);
}
