import { compareText, isRecord, type JsonRecord } from '../base/json.ts';
import { parseGoDuration, parseTime } from '../base/time.ts';
import { schemaStruct } from './decode-unions.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import type { StructInfo, TypeRef } from './types.ts';

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
/** One for all: writing is never interrupted. */
const scratch = new ProtobufWriter();
const MICRO_DIGITS = /\.(\d{1,9})/;

/** Writes one non-null value as a field. */
type FieldWriter = (out: ProtobufWriter, number: number, value: unknown) => void;

/** Seconds and, for what has a fraction, nanoseconds. */
function writeTime(out: ProtobufWriter, number: number, value: unknown): void {
  const text = String(value);
  const ms = parseTime(text);
  const fraction = MICRO_DIGITS.exec(text)?.[1] ?? '';
  out.message(number, () => {
    out.signed(1, Math.floor(ms / 1000));
    if (fraction !== '') out.signed(2, Number(fraction.padEnd(9, '0')));
  });
}

/** The two-form fields of JSON schemas: 1 is a boolean or the schema, 2 the other form. */
function writeUnion(out: ProtobufWriter, number: number, value: unknown, go: string): void {
  const schema = (at: number, inner: unknown): void => {
    if (isRecord(inner)) out.message(at, () => writeFields(planOf(schemaStruct()), out, inner));
  };
  out.message(number, () => {
    if (go === 'v1.JSONSchemaPropsOrBool') {
      out.boolean(1, value !== false);
      schema(2, value);
    } else if (!Array.isArray(value)) schema(1, value);
    else for (const item of value) go === 'v1.JSONSchemaPropsOrStringArray' ? out.text(2, item) : schema(2, item);
  });
}

/** int32 of the type, then the form it says: Go writes all three. */
function writeIntOrString(out: ProtobufWriter, number: number, value: unknown): void {
  const isText = typeof value === 'string';
  out.message(number, () =>
    out
      .signed(1, isText ? 1 : 0)
      .signed(2, isText ? 0 : Number(value))
      .text(3, isText ? value : ''),
  );
}

function scalarWriter(type: Extract<TypeRef, { kind: 'scalar' }>): FieldWriter {
  switch (type.scalar) {
    case 'string':
      return (out, number, value) => out.text(number, value);
    case 'bytes':
      return (out, number, value) => out.bytes(number, Buffer.from(String(value), 'base64'));
    case 'boolean':
      return (out, number, value) => out.boolean(number, value === true);
    case 'int32':
    case 'int64':
      return (out, number, value) => out.signed(number, Number(value));
    case 'float64':
      return (out, number, value) => out.double(number, value);
    case 'time':
    case 'microTime':
      return writeTime;
    case 'quantity':
      return (out, number, value) => out.message(number, () => out.text(1, String(value)));
    case 'intOrString':
      return writeIntOrString;
    case 'duration':
      return (out, number, value) => out.message(number, () => out.signed(1, parseGoDuration(String(value)) * 1e6));
    default:
      if (type.go.startsWith('v1.JSONSchemaPropsOr'))
        return (out, number, value) => writeUnion(out, number, value, type.go);
      return (out, number, value) => out.message(number, () => out.text(1, JSON.stringify(value)));
  }
}

function writerOf(type: TypeRef): FieldWriter {
  if (type.kind === 'scalar') return scalarWriter(type);
  if (type.kind === 'struct') {
    const { struct } = type;
    return (out, number, value) => out.message(number, () => writeFields(planOf(struct), out, value as JsonRecord));
  }
  if (type.kind === 'map') {
    const element = writerOf(type.value);
    return (out, number, value) => {
      for (const key of Object.keys(value as JsonRecord).sort(compareText)) {
        const item = (value as JsonRecord)[key];
        out.message(number, () => {
          out.text(1, key);
          if (item !== null && item !== undefined) element(out, 2, item);
        });
      }
    };
  }
  const element = writerOf(type.element);
  // A null is JSON like any other: an allowed value in the enum of a schema.
  const nulls = type.element.kind === 'scalar' && type.element.scalar === 'any';
  const each: FieldWriter = (out, number, value) => {
    for (const item of value as readonly unknown[]) if (nulls || item !== null) element(out, number, item);
  };
  return type.wrapped ? (out, number, value) => out.message(number, () => each(out, 1, value)) : each;
}

interface Step {
  readonly number: number;
  /** Null for an embedded struct, whose fields JSON has inline. */
  readonly name: string | null;
  readonly write: FieldWriter;
  readonly inner: readonly Step[];
  /** Names of the fields in an embedded struct. */
  readonly names: readonly string[];
}

type Place = { name: string; type: TypeRef; number: number; embedded: readonly number[] };
const plans = new Map<string, readonly Step[]>();

const nothing: FieldWriter = () => undefined;

function stepsOf(places: readonly Place[]): Step[] {
  const steps: Step[] = [];
  const groups = new Map<number, Place[]>();
  for (const place of places) {
    const [outer, ...rest] = place.embedded;
    if (outer === undefined) {
      steps.push({ number: place.number, name: place.name, write: writerOf(place.type), inner: [], names: [] });
      continue;
    }
    const group = groups.get(outer) ?? [];
    groups.set(outer, group);
    group.push({ ...place, embedded: rest });
  }
  for (const [number, inner] of groups) {
    const names = inner.map(({ name }) => name);
    steps.push({ number, name: null, write: nothing, inner: stepsOf(inner), names });
  }
  return steps.sort((a, b) => a.number - b.number);
}

function planOf(struct: StructInfo): readonly Step[] {
  const known = plans.get(struct.name);
  if (known !== undefined) return known;
  const plan: Step[] = [];
  // Before the fields are looked at: structs may contain themselves.
  plans.set(struct.name, plan);
  plan.push(...stepsOf(struct.fields.filter(({ number }) => number !== 0)));
  return plan;
}

function writeFields(plan: readonly Step[], out: ProtobufWriter, object: JsonRecord): void {
  for (const step of plan) {
    if (step.name === null) {
      if (step.names.some((name) => object[name] !== undefined && object[name] !== null)) {
        out.message(step.number, () => writeFields(step.inner, out, object));
      }
      continue;
    }
    const value = object[step.name];
    if (value !== undefined && value !== null) step.write(out, step.number, value);
  }
}

/**
 * An object as the message its Go type would be, without envelope: field numbers are those of the generated facts, fields in
 * their order. What JSON leaves out is left out; readers take the zero for it.
 */
export function writeProtobuf(struct: StructInfo, object: object): Buffer {
  writeFields(planOf(struct), scratch.clear(), object as JsonRecord);
  return scratch.finish();
}

/** The same as a field of a message being written. */
export function writeProtobufField(out: ProtobufWriter, number: number, struct: StructInfo, object: object): void {
  out.message(number, () => writeFields(planOf(struct), out, object as JsonRecord));
}

/** The message in the `k8s\0` envelope (runtime.Unknown) that a body of media type protobuf is. */
export function protobufEnvelope(apiVersion: string, kind: string, raw: Uint8Array): Buffer {
  const out = new ProtobufWriter(raw.length + 128);
  out.message(1, () => out.text(1, apiVersion).text(2, kind));
  out.bytes(2, raw).text(3, '').text(4, '');
  return Buffer.concat([MAGIC, out.finish()]);
}
