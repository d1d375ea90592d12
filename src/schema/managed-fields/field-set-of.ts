import { compareText } from '../../base/json.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { isAtomic, itemElement, type ListType, memberType } from './elements.ts';
import { difference, EMPTY, type FieldSet, LEAF, NodeBuilder, setOfPaths } from './field-set.ts';

const NEVER_OWNED: FieldSet = setOfPaths([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => ['metadata', field]),
]);

/** Without what nobody ever owns. */
export function withoutNeverOwned(set: FieldSet): FieldSet {
  return difference(set, NEVER_OWNED);
}

function isEmptyMap(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  for (const _ in value as object) return false;
  return true;
}

function ofMap(type: TypeRef, value: Readonly<Record<string, unknown>>, member: boolean): FieldSet | null {
  const builder = new NodeBuilder(member);
  for (const key of Object.keys(value).sort(compareText)) {
    const inner = memberType(type, key);
    const item = value[key];
    if (inner === null || item === undefined) continue;
    const node = ofValue(inner, item, type.kind === 'map' || isEmptyMap(item));
    if (node !== null) builder.add(`f:${key}`, node);
  }
  return builder.build();
}

function ofList(type: ListType, list: readonly unknown[], member: boolean): FieldSet | null {
  const builder = new NodeBuilder(member);
  list.forEach((item, i) => {
    builder.add(itemElement(type, item, i), ofValue(type.element, item, true) ?? LEAF);
  });
  return builder.build(true);
}

function ofValue(type: TypeRef, value: unknown, member: boolean): FieldSet | null {
  if (isAtomic(type)) return LEAF;
  if (type.kind === 'list') return Array.isArray(value) ? ofList(type, value, member) : member ? LEAF : null;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return member ? LEAF : null;
  return ofMap(type, value as Readonly<Record<string, unknown>>, member);
}

/**
 * Every path an object names: leaves, list items and map keys, empty maps and nulls; not structs and lists on the way.
 * This is what an applied configuration owns.
 */
export function fieldSetOf(struct: StructInfo, object: Readonly<Record<string, unknown>>): FieldSet {
  return ofMap({ kind: 'struct', struct }, object, false) ?? EMPTY;
}
