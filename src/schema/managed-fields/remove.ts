import { isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { isAtomic, isVoid, itemElement, memberType } from './elements.ts';
import { type FieldSet, isEmpty, isMember, LEAF } from './field-set.ts';

const hasPathsBelow = (node: FieldSet): boolean => {
  for (const key in node) if (key !== '.') return true;
  return false;
};

/** A value without the paths below it that are in `gone`. What loses everything becomes null. */
function without(type: TypeRef, value: unknown, gone: FieldSet): unknown {
  if (isAtomic(type) || isVoid(value)) return null;
  if (type.kind === 'list') {
    if (!Array.isArray(value)) return null;
    const out: unknown[] = [];
    value.forEach((item, i) => {
      const node = gone[itemElement(type, item, i)];
      if (node === undefined) out.push(item);
      else if (!isMember(node)) out.push(without(type.element, item, node));
    });
    return out.length === 0 ? null : out;
  }
  if (!isRecord(value)) return null;
  const out: JsonRecord = {};
  for (const key of Object.keys(value)) {
    const node = gone[`f:${key}`];
    const inner = memberType(type, key);
    if (node === undefined || inner === null) setOwn(out, key, value[key]);
    else if (!isMember(node)) setOwn(out, key, without(inner, value[key], node));
  }
  return isEmpty(out as FieldSet) ? null : out;
}

/** The object without the paths of a set; the input is not changed. */
export function removePaths(struct: StructInfo, object: JsonRecord, gone: FieldSet): JsonRecord {
  if (isEmpty(gone)) return object;
  return (without({ kind: 'struct', struct }, object, gone) ?? {}) as JsonRecord;
}

function named(type: TypeRef | null, node: FieldSet, member: boolean): FieldSet {
  if (!hasPathsBelow(node)) return node;
  const out: Record<string, FieldSet> = member ? { '.': LEAF } : {};
  for (const key in node) {
    if (key === '.') continue;
    const isField = key.startsWith('f:');
    const name = key.slice(2);
    const inner = type === null ? null : isField ? memberType(type, name) : type.kind === 'list' ? type.element : null;
    const child = node[key]!;
    const isStructField = isField && type?.kind === 'struct' && type.struct.byName.has(name);
    out[key] = named(inner, child, isMember(child) || isStructField);
  }
  return out;
}

/** The set with every struct field that has paths below it as a path of its own. */
export function withNamedFields(struct: StructInfo, set: FieldSet): FieldSet {
  return named({ kind: 'struct', struct }, set, false);
}
