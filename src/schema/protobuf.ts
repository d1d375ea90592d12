import { type JsonRecord, setOwn } from '../base/json.ts';
import { BYTES, FIXED32, FIXED64, ProtobufError, ProtobufReader } from './protobuf-reader.ts';
import { readSpecial } from './protobuf-special.ts';
import type { StructInfo, TypeRef } from './types.ts';

export { ProtobufError } from './protobuf-reader.ts';

/** Kubernetes puts these four bytes before a serialized runtime.Unknown. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The serialized object. */
  readonly raw: Buffer;
  readonly contentType: string;
}

/** Opens the `k8s\0` envelope (runtime.Unknown). Throws ProtobufError when it is none. */
export function readEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw new ProtobufError('empty data');
  if (!buffer.subarray(0, 4).equals(MAGIC)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  let typeMeta = { apiVersion: '', kind: '' };
  let raw: Buffer = Buffer.alloc(0);
  let contentType = '';
  const reader = new ProtobufReader(buffer, 4);
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) typeMeta = readTypeMeta(reader.message());
    else if (tag === ((2 << 3) | BYTES)) raw = reader.raw();
    else if (tag === ((4 << 3) | BYTES)) contentType = reader.text();
    else reader.skip(tag & 7);
  }
  return { ...typeMeta, raw, contentType };
}

function readTypeMeta(reader: ProtobufReader): { apiVersion: string; kind: string } {
  const out = { apiVersion: '', kind: '' };
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) out.apiVersion = reader.text();
    else if (tag === ((2 << 3) | BYTES)) out.kind = reader.text();
    else reader.skip(tag & 7);
  }
  return out;
}

type Slot = (out: JsonRecord, reader: ProtobufReader, wireType: number) => void;
type Plan = Map<number, Slot>;
const plans = new Map<string, Plan>();

/** One value of a type at the cursor. */
function readValue(type: TypeRef, reader: ProtobufReader, wireType: number): unknown {
  if (type.kind === 'struct') return readMessage(type.struct, reader.message());
  if (type.kind === 'list') return readWrapped(type, reader.message());
  if (type.kind === 'map') throw new ProtobufError('proto: a map inside a list has no protobuf form');
  switch (type.scalar) {
    case 'string':
      return reader.text();
    case 'bytes':
      return reader.raw().toString('base64');
    case 'boolean':
      return reader.varint() !== 0;
    case 'int32':
    case 'int64':
      return reader.varint();
    case 'float64':
      return wireType === FIXED64 ? reader.double() : wireType === FIXED32 ? reader.float() : reader.varint();
    default:
      return readSpecial(type.scalar, type.go, reader.message(), readMessage);
  }
}

/** A named slice that is a message with one repeated field. */
function readWrapped(type: Extract<TypeRef, { kind: 'list' }>, reader: ProtobufReader): unknown[] {
  const out: unknown[] = [];
  while (!reader.done) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) out.push(readValue(type.element, reader, tag & 7));
    else reader.skip(tag & 7);
  }
  return out;
}

const ZERO: Readonly<Record<string, unknown>> = {
  string: '',
  bytes: '',
  boolean: false,
  int32: 0,
  int64: 0,
  float64: 0,
};

function readEntry(type: TypeRef, into: JsonRecord, reader: ProtobufReader): void {
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) key = reader.text();
    else if (tag >>> 3 === 2) value = readValue(type, reader, tag & 7);
    else reader.skip(tag & 7);
  }
  setOwn(into, key, value ?? (type.kind === 'scalar' ? (ZERO[type.scalar] ?? null) : null));
}

function slotOf(name: string, type: TypeRef): Slot {
  if (type.kind === 'list' && !type.wrapped) {
    const { element } = type;
    const packable = element.kind === 'scalar' && ['boolean', 'int32', 'int64', 'float64'].includes(element.scalar);
    return (out, reader, wireType) => {
      out[name] ??= [];
      const list = out[name] as unknown[];
      if (!packable || wireType !== BYTES) {
        list.push(readValue(element, reader, wireType));
        return;
      }
      const packed = reader.message();
      while (!packed.done) list.push(readValue(element, packed, element.scalar === 'float64' ? FIXED64 : 0));
    };
  }
  if (type.kind === 'map') {
    return (out, reader) => {
      out[name] ??= {};
      readEntry(type.value, out[name] as JsonRecord, reader.message());
    };
  }
  return (out, reader, wireType) => {
    out[name] = readValue(type, reader, wireType);
  };
}

function planOf(struct: StructInfo): Plan {
  const known = plans.get(struct.name);
  if (known !== undefined) return known;
  const plan: Plan = new Map();
  const embedded = new Map<string, Plan>([['', plan]]);
  plans.set(struct.name, plan);
  for (const field of struct.fields) {
    if (field.number === 0) continue;
    let at = plan;
    let path = '';
    for (const number of field.embedded) {
      path += `${number}.`;
      const inner: Plan = embedded.get(path) ?? new Map();
      if (!embedded.has(path)) {
        embedded.set(path, inner);
        at.set(number, (out, reader) => fill(inner, out, reader.message()));
      }
      at = inner;
    }
    at.set(field.number, slotOf(field.name, field.type));
  }
  return plan;
}

function fill(plan: Plan, out: JsonRecord, reader: ProtobufReader): void {
  while (!reader.done) {
    const tag = reader.tag();
    const slot = plan.get(tag >>> 3);
    if (slot === undefined) reader.skip(tag & 7);
    else slot(out, reader, tag & 7);
  }
}

function readMessage(struct: StructInfo, reader: ProtobufReader): JsonRecord {
  const out: JsonRecord = {};
  fill(planOf(struct), out, reader);
  return out;
}

/**
 * The object in `bytes` (without envelope) as the JSON its Go type would give, not yet in canonical form:
 * `decodeObject` drops the zeros protobuf carries. Field numbers are those of the generated facts.
 * @throws ProtobufError
 */
export function readProtobuf(struct: StructInfo, bytes: Uint8Array): JsonRecord {
  return readMessage(struct, new ProtobufReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}
