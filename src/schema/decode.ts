import { compareText, isRecord, type JsonRecord, setOwn } from '../base/json.ts';
import { DecodeError, explain } from './decode-errors.ts';
import { decodeScalar, jsonTypeName, Mismatch, zeroScalar } from './decode-scalars.ts';
import { isUnion, unionDecoder } from './decode-unions.ts';
import type { Draft } from './kind.ts';
import type { NumberForm } from './parse-json-details.ts';
import type { FieldInfo, StructInfo, TypeRef } from './types.ts';

export { DecodeError } from './decode-errors.ts';

/** Turns one non-null JSON value into what the server would answer; throws when it does not fit. */
export type Decoder = (value: unknown) => unknown;

const decoders = new Map<string, Decoder>();
/** Set by the struct decoders when they pass over a field they do not know. */
let sawUnknown = false;

/** An empty list of policies is refused, a missing one gets defaults: validation must be able to tell. */
const TELLS_EMPTY: ReadonlySet<string> = new Set(['io.k8s.api.autoscaling.v2.HPAScalingRules']);

interface FieldPlan {
  readonly name: string;
  readonly decode: Decoder;
  /** True for a decoded value Go would leave out. */
  readonly dropped: (value: unknown) => boolean;
  /** Null for a field that is left out when zero. */
  readonly zero: (() => unknown) | null;
}

const never = (): boolean => false;

function isEmptyRecord(value: unknown): boolean {
  for (const _ in value as JsonRecord) return false;
  return true;
}

function dropRule(field: FieldInfo): (value: unknown) => boolean {
  if (!field.omitEmpty) return never;
  if (field.pointer) return never;
  const { type } = field;
  if (type.kind === 'list') return (value) => (value as unknown[]).length === 0;
  if (type.kind === 'map') return isEmptyRecord;
  if (type.kind === 'struct') return never;
  if (type.scalar === 'time' || type.scalar === 'microTime') return (value) => value === null;
  return (value) => value === '' || value === 0 || value === false;
}

function zeroOfType(type: TypeRef): unknown {
  if (type.kind === 'struct') return zeroOf(type.struct);
  return type.kind === 'scalar' ? zeroScalar(type.scalar) : null;
}

function listDecoder(type: Extract<TypeRef, { kind: 'list' }>): Decoder {
  const element = decoderOf(type.element);
  return (value) => {
    if (!Array.isArray(value)) throw new Mismatch(jsonTypeName(value), type.go);
    // Of the size it will have: one that grows keeps room for sixteen more.
    const out: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      out[i] = item === null || item === undefined ? (type.pointers ? null : zeroOfType(type.element)) : element(item);
    }
    return out;
  };
}

/** Keys come out in byte order, as Go writes maps. */
function mapDecoder(type: Extract<TypeRef, { kind: 'map' }>): Decoder {
  const element = decoderOf(type.value);
  // Storage gives empty bytes back for a null in a map, so that the data of a Secret holds texts only.
  const bytes = type.value.kind === 'scalar' && type.value.scalar === 'bytes';
  return (value) => {
    if (!isRecord(value)) throw new Mismatch(jsonTypeName(value), type.go);
    const keys = Object.keys(value);
    for (let i = 1; i < keys.length; i++) {
      if (compareText(keys[i - 1]!, keys[i]!) > 0) {
        keys.sort(compareText);
        break;
      }
    }
    const out: JsonRecord = {};
    for (const key of keys) {
      const item = value[key];
      if (item !== undefined) setOwn(out, key, item === null ? (bytes ? '' : zeroOfType(type.value)) : element(item));
    }
    return out;
  };
}

function decoderOf(type: TypeRef): Decoder {
  switch (type.kind) {
    case 'struct':
      return structDecoder(type.struct);
    case 'list':
      return listDecoder(type);
    case 'map':
      return mapDecoder(type);
    case 'scalar': {
      const { scalar, go } = type;
      if (isUnion(go)) return unionDecoder(go, structDecoder);
      if (scalar === 'string') {
        return (value) => {
          if (typeof value !== 'string') throw new Mismatch(jsonTypeName(value), go);
          return value;
        };
      }
      return scalar === 'any' ? (value) => value : (value) => decodeScalar(scalar, value, go);
    }
  }
}

function planOf(field: FieldInfo, tellsEmpty: boolean): FieldPlan {
  const { type } = field;
  const collection = type.kind === 'list' || type.kind === 'map';
  const pointer = field.pointer;
  return {
    name: field.name,
    decode: decoderOf(type),
    // Empty managedFields ask for the books to be reset: they must not look like absent ones (api.md 5.3).
    dropped: (collection && tellsEmpty) || field.name === 'managedFields' ? never : dropRule(field),
    zero: field.omitEmpty ? null : pointer ? () => null : () => zeroOfType(type),
  };
}

interface StructPlan {
  readonly indexes: ReadonlyMap<string, number>;
  readonly fields: readonly FieldPlan[];
  /** Indexes of the fields that are written even when the input has none. */
  readonly always: readonly number[];
}

function structPlan(struct: StructInfo): StructPlan {
  const tellsEmpty = TELLS_EMPTY.has(struct.name);
  const fields = struct.fields.map((field) => planOf(field, tellsEmpty));
  return {
    indexes: new Map(fields.map((field, i) => [field.name, i])),
    fields,
    always: fields.flatMap((field, i) => (field.zero === null ? [] : [i])),
  };
}

/** Indexes of the known, non-null fields of the input, ascending. */
function presentFields(indexes: ReadonlyMap<string, number>, value: JsonRecord): number[] {
  const present: number[] = [];
  let last = -1;
  let sorted = true;
  for (const key in value) {
    const item = value[key];
    const i = indexes.get(key);
    if (i === undefined) {
      if (item !== undefined) sawUnknown = true;
      continue;
    }
    if (item === null || item === undefined) continue;
    if (i < last) sorted = false;
    last = i;
    present.push(i);
  }
  if (!sorted) sortInPlace(present);
  return present;
}

/** By insertion: there are few, mostly in order, and every object read passes here. */
function sortInPlace(indexes: number[]): void {
  for (let i = 1; i < indexes.length; i++) {
    const index = indexes[i]!;
    let at = i;
    for (; at > 0 && indexes[at - 1]! > index; at--) indexes[at] = indexes[at - 1]!;
    indexes[at] = index;
  }
}

function decodeStruct(plan: StructPlan, value: JsonRecord): JsonRecord {
  const { fields, always } = plan;
  const out: JsonRecord = {};
  let due = 0;
  const present = presentFields(plan.indexes, value);
  for (let p = 0; p < present.length; p++) {
    const i = present[p]!;
    while (due < always.length && always[due]! < i) {
      const field = fields[always[due++]!]!;
      out[field.name] = field.zero!();
    }
    if (always[due] === i) due++;
    const field = fields[i]!;
    const decoded = field.decode(value[field.name]);
    if (!field.dropped(decoded)) out[field.name] = decoded;
  }
  while (due < always.length) {
    const field = fields[always[due++]!]!;
    out[field.name] = field.zero!();
  }
  return out;
}

/** One decoder a struct, its plan made when it first meets a value: structs may contain themselves. */
function structDecoder(struct: StructInfo): Decoder {
  const known = decoders.get(struct.name);
  if (known !== undefined) return known;
  let plan: StructPlan | null = null;
  const decoder: Decoder = (value) => {
    if (!isRecord(value)) throw new Mismatch(jsonTypeName(value), struct.go);
    plan ??= structPlan(struct);
    return decodeStruct(plan, value);
  };
  decoders.set(struct.name, decoder);
  return decoder;
}

export interface Decoded {
  /** In Go field order, without unknown fields, nulls and empty optional fields; a new object. */
  readonly object: Draft;
  /** Paths of unknown fields, as strict decoding names them: `spec.containers[0].foo`. */
  readonly unknown: readonly string[];
}

/**
 * Decodes a JSON body as Go's decoder would and gives what its encoder would write: quantities canonical, times in UTC
 * seconds, zeros of non-optional fields written. Decoding the result again changes nothing.
 * `forms` (from `parseBody`) lets integers written as `1.0` be refused as Go does.
 * @throws DecodeError with Go's text (`json: cannot unmarshal string into Go struct field …`)
 */
export function decodeObject(struct: StructInfo, json: unknown, forms: readonly NumberForm[] = []): Decoded {
  if (json === null || json === undefined) return { object: zeroOf(struct) as Draft, unknown: [] };
  if (forms.length > 0) {
    const { error } = explain(struct, json, forms);
    if (error !== null) throw error;
  }
  sawUnknown = false;
  let object: unknown;
  try {
    object = structDecoder(struct)(json);
  } catch (error) {
    if (!(error instanceof Mismatch || error instanceof RangeError || error instanceof DecodeError)) throw error;
    throw explain(struct, json, forms).error ?? new DecodeError(error.message);
  }
  return { object: object as Draft, unknown: sawUnknown ? explain(struct, json, forms).unknown : [] };
}

/** What Go writes for the zero value of the struct: its non-optional fields. */
export function zeroOf(struct: StructInfo): JsonRecord {
  return structDecoder(struct)({}) as JsonRecord;
}
