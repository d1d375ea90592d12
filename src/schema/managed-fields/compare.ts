import { compareText, deepEqual, getOwn } from '../../base/json.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { isAtomic, isVoid, itemElement, type ListType, orderedFields } from './elements.ts';
import { type FieldSet, LEAF, NodeBuilder } from './field-set.ts';

/** How two objects differ: paths added or changed in value, and paths gone. Null where there are none. */
export interface Comparison {
  readonly changed: FieldSet | null;
  readonly removed: FieldSet | null;
}

const CHANGED_LEAF: Comparison = { changed: LEAF, removed: null };
const REMOVED_LEAF: Comparison = { changed: null, removed: LEAF };

/** Fields of metadata (and the type) that nobody ever owns. */
const NEVER_OWNED: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const NOTHING: ReadonlySet<string> = new Set();

type Record_ = Readonly<Record<string, unknown>>;

/** Collects the comparisons of a node's children. */
class Pair {
  readonly #changed: NodeBuilder;
  readonly #removed: NodeBuilder;
  constructor(left: unknown, right: unknown) {
    this.#changed = new NodeBuilder(left === undefined);
    this.#removed = new NodeBuilder(right === undefined);
  }
  add(element: string, inner: Comparison | null): void {
    if (inner === null) return;
    if (inner.changed !== null) this.#changed.add(element, inner.changed);
    if (inner.removed !== null) this.#removed.add(element, inner.removed);
  }
  build(sort: boolean): Comparison | null {
    const changed = this.#changed.build(sort);
    const removed = this.#removed.build(sort);
    return changed === null && removed === null ? null : { changed, removed };
  }
}

function compareLeaf(left: unknown, right: unknown): Comparison | null {
  if (left === undefined) return CHANGED_LEAF;
  if (right === undefined) return REMOVED_LEAF;
  return deepEqual(left, right) ? null : CHANGED_LEAF;
}

function compareStructs(
  struct: StructInfo,
  left: Record_ | null | undefined,
  right: Record_ | null | undefined,
  skip: ReadonlySet<string>,
): Comparison | null {
  const pair = new Pair(left, right);
  for (const { name, element, info } of orderedFields(struct)) {
    const before = left?.[name];
    const after = right?.[name];
    if (before !== after && !skip.has(name)) pair.add(element, compareValues(info.type, before, after));
  }
  return pair.build(false);
}

function compareMaps(
  type: TypeRef,
  left: Record_ | null | undefined,
  right: Record_ | null | undefined,
): Comparison | null {
  const pair = new Pair(left, right);
  const keys = new Set<string>();
  for (const key in left) keys.add(key);
  for (const key in right) keys.add(key);
  for (const key of [...keys].sort(compareText)) {
    const before = left === null || left === undefined ? undefined : getOwn(left, key);
    const after = right === null || right === undefined ? undefined : getOwn(right, key);
    if (before !== after) pair.add(`f:${key}`, compareValues(type, before, after));
  }
  return pair.build(false);
}

/** Items by path element; several items of one element are kept together, as duplicates are compared as a whole. */
function itemsByElement(type: ListType, list: readonly unknown[] | null | undefined): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  if (list === null || list === undefined) return items;
  for (let i = 0; i < list.length; i++) {
    const element = itemElement(type, list[i], i);
    const known = items.get(element);
    if (known === undefined) items.set(element, [list[i]]);
    else known.push(list[i]);
  }
  return items;
}

function compareItems(type: TypeRef, before: readonly unknown[], after: readonly unknown[]): Comparison | null {
  if (before.length <= 1 && after.length <= 1) {
    return before[0] === after[0] && before.length === after.length ? null : compareValues(type, before[0], after[0]);
  }
  if (after.length === 0) return REMOVED_LEAF;
  return deepEqual(before, after) ? null : CHANGED_LEAF;
}

const NO_ITEMS: readonly unknown[] = [];

function compareLists(
  type: ListType,
  left: readonly unknown[] | null | undefined,
  right: readonly unknown[] | null | undefined,
): Comparison | null {
  const pair = new Pair(left, right);
  const before = itemsByElement(type, left);
  const after = itemsByElement(type, right);
  for (const [element, items] of before) {
    pair.add(element, compareItems(type.element, items, after.get(element) ?? NO_ITEMS));
  }
  for (const [element, items] of after) {
    if (!before.has(element)) pair.add(element, compareItems(type.element, NO_ITEMS, items));
  }
  return pair.build(true);
}

function compareValues(type: TypeRef, left: unknown, right: unknown): Comparison | null {
  if (left === right) return null;
  if (isAtomic(type) || (isVoid(left) && isVoid(right))) return compareLeaf(left, right);
  if (isMisfit(type, left) || isMisfit(type, right)) return compareLeaf(left, right);
  if (type.kind === 'list') {
    return compareLists(type, left as readonly unknown[] | undefined, right as readonly unknown[] | undefined);
  }
  const before = left as Record_ | undefined;
  const after = right as Record_ | undefined;
  if (type.kind === 'map') return compareMaps(type.value, before, after);
  return type.kind === 'struct' ? compareStructs(type.struct, before, after, NOTHING) : null;
}

/** A value of another shape than the type says: only objects of custom kinds can have one; it is a leaf. */
function isMisfit(type: TypeRef, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value !== 'object' || Array.isArray(value) !== (type.kind === 'list');
}

/**
 * Compares two objects of one kind. Identical subtrees cost nothing. Type, identity and bookkeeping fields of metadata
 * are left out: nobody owns them; so are the top-level fields in `ignored`. Source: KEP-555, api.md 5.1 to 5.3.
 */
export function compareObjects(
  struct: StructInfo,
  before: Record_,
  after: Record_,
  ignored: ReadonlySet<string> = NOTHING,
): Comparison {
  const pair = new Pair(null, null);
  for (const { name, element, info } of orderedFields(struct)) {
    const left = before[name];
    const right = after[name];
    if (left === right || name === 'apiVersion' || name === 'kind' || ignored.has(name)) continue;
    const isMetadata = name === 'metadata' && info.type.kind === 'struct';
    if (isMetadata) {
      const inner = (value: unknown): Record_ => (value ?? {}) as Record_;
      pair.add(element, compareStructs(info.type.struct, inner(left), inner(right), NEVER_OWNED));
    } else pair.add(element, compareValues(info.type, left, right));
  }
  return pair.build(false) ?? { changed: null, removed: null };
}
