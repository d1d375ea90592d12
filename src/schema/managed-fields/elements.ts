import { canonicalJson, compareText, getOwn, isRecord } from '../../base/json.ts';
import type { FieldInfo, StructInfo, TypeRef } from '../types.ts';

export type ListType = Extract<TypeRef, { kind: 'list' }>;

/** A field with its path element, in the order of path elements. */
export interface OrderedField {
  readonly name: string;
  readonly element: string;
  readonly info: FieldInfo;
}

const fieldOrders = new WeakMap<StructInfo, readonly OrderedField[]>();

/** Fields by name, so that sets come out sorted without sorting. */
export function orderedFields(struct: StructInfo): readonly OrderedField[] {
  const hit = fieldOrders.get(struct);
  if (hit !== undefined) return hit;
  const fields = struct.fields
    .map((info) => ({ name: info.name, element: `f:${info.name}`, info }))
    .sort((a, b) => compareText(a.name, b.name));
  fieldOrders.set(struct, fields);
  return fields;
}

interface KeyField {
  readonly name: string;
  /** `"name":` as it stands in the element. */
  readonly prefix: string;
  readonly default: unknown;
}

const keyFields = new WeakMap<ListType, readonly KeyField[]>();

function keysOf(type: ListType): readonly KeyField[] {
  const hit = keyFields.get(type);
  if (hit !== undefined) return hit;
  const struct = type.element.kind === 'struct' ? type.element.struct : null;
  const keys = [...type.mapKeys].sort(compareText).map((name) => ({
    name,
    prefix: `${JSON.stringify(name)}:`,
    default: struct?.byName.get(name)?.default,
  }));
  keyFields.set(type, keys);
  return keys;
}

/** Path element of a list item: by its keys, by its value, by its index. Missing keys take the schema's default. */
export function itemElement(type: ListType, item: unknown, index: number): string {
  if (type.listType === 'set') return `v:${canonicalJson(item)}`;
  if (type.listType !== 'map' || !isRecord(item)) return `i:${index}`;
  let text = 'k:{';
  let separator = '';
  for (const key of keysOf(type)) {
    const value = getOwn(item, key.name) ?? key.default;
    if (value === undefined || value === null) continue;
    text += separator + key.prefix + (typeof value === 'number' ? String(value) : JSON.stringify(value));
    separator = ',';
  }
  return `${text}}`;
}

/** The first key an item lacks and has no default for, or null. */
export function missingKey(type: ListType, item: Readonly<Record<string, unknown>>): string | null {
  if (type.listType !== 'map') return null;
  const present = (key: KeyField): boolean => (getOwn(item, key.name) ?? key.default ?? null) !== null;
  return keysOf(type).every(present) ? null : (keysOf(type).find((key) => !present(key))?.name ?? null);
}

/** True when items are merged one by one. */
export function isAssociative(type: TypeRef): type is ListType {
  return type.kind === 'list' && type.listType !== 'atomic';
}

/** True for what is owned as a whole: scalars, atomic structs, maps and lists. */
export function isAtomic(type: TypeRef): boolean {
  switch (type.kind) {
    case 'scalar':
      return true;
    case 'struct':
      return type.struct.atomic;
    case 'map':
      return type.mapType === 'atomic';
    case 'list':
      return type.listType === 'atomic';
  }
}

/** Null, absent or without members: such values are leaves whatever their type. */
export function isVoid(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** Type of a member of a struct or map; null for a field the struct does not have. */
export function memberType(type: TypeRef, key: string): TypeRef | null {
  if (type.kind === 'map') return type.value;
  return type.kind === 'struct' ? (type.struct.byName.get(key)?.type ?? null) : null;
}

const zeros = new WeakMap<StructInfo, Readonly<Record<string, unknown>>>();

/** The empty Go value of a struct as JSON: fields that are always written, structs that are never absent. */
export function zeroOf(struct: StructInfo): Readonly<Record<string, unknown>> {
  const hit = zeros.get(struct);
  if (hit !== undefined) return hit;
  const zero: Record<string, unknown> = {};
  zeros.set(struct, zero);
  for (const { name, type, omitEmpty, pointer } of struct.fields) {
    if (!omitEmpty) zero[name] = pointer ? null : zeroValue(type);
  }
  return zero;
}

function zeroValue(type: TypeRef): unknown {
  if (type.kind === 'struct') return zeroOf(type.struct);
  if (type.kind !== 'scalar') return null;
  switch (type.scalar) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    default:
      return null;
  }
}
