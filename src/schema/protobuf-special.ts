import { formatGoDuration, rfc3339 } from '../base/time.ts';
import { schemaStruct } from './decode-unions.ts';
import { BYTES, type ProtobufReader } from './protobuf-reader.ts';
import type { Scalar, StructInfo } from './types.ts';

type MessageReader = (struct: StructInfo, reader: ProtobufReader) => unknown;

/** Numbered fields of a small message: varints as numbers, the rest as readers; later values win. */
function fieldsOf(reader: ProtobufReader): Map<number, { readonly number: number; readonly inner: ProtobufReader }[]> {
  const fields = new Map<number, { number: number; inner: ProtobufReader }[]>();
  while (!reader.done) {
    const tag = reader.tag();
    const value =
      (tag & 7) === BYTES ? { number: 0, inner: reader.message() } : { number: reader.varint(), inner: reader };
    const list = fields.get(tag >>> 3);
    if (list === undefined) fields.set(tag >>> 3, [value]);
    else list.push(value);
  }
  return fields;
}

type Fields = ReturnType<typeof fieldsOf>;
const integer = (fields: Fields, number: number): number => fields.get(number)?.at(-1)?.number ?? 0;

function text(fields: Fields, number: number): string {
  const inner = fields.get(number)?.at(-1)?.inner;
  return inner === undefined ? '' : inner.bytes.toString('utf8', inner.position, inner.end);
}

/** JSON carried as bytes (RawExtension, FieldsV1, JSON); null when empty. */
function rawJson(fields: Fields): unknown {
  const json = text(fields, 1);
  return json === '' ? null : (JSON.parse(json) as unknown);
}

function timeText(reader: ProtobufReader, micro: boolean): string | null {
  if (reader.done) return null;
  const fields = fieldsOf(reader);
  const seconds = rfc3339(integer(fields, 1) * 1000);
  if (!micro) return seconds;
  const digits = String(Math.floor(integer(fields, 2) / 1000)).padStart(6, '0');
  return `${seconds.slice(0, 19)}.${digits}Z`;
}

/** The two-form fields of JSON schemas: 1 is a boolean or the schema, 2 the other form. */
function union(go: string, fields: Fields, read: MessageReader): unknown {
  const schemas = (number: number): unknown[] =>
    (fields.get(number) ?? []).map(({ inner }) => read(schemaStruct(), inner));
  if (go === 'v1.JSONSchemaPropsOrBool') return schemas(2).at(-1) ?? integer(fields, 1) !== 0;
  if (go === 'v1.JSONSchemaPropsOrStringArray') {
    const strings = (fields.get(2) ?? []).map(({ inner }) => inner.bytes.toString('utf8', inner.position, inner.end));
    return strings.length > 0 ? strings : (schemas(1).at(-1) ?? null);
  }
  const list = schemas(2);
  return list.length > 0 ? list : (schemas(1).at(-1) ?? null);
}

/** Types whose protobuf form is a message and whose JSON form is not (Quantity, IntOrString, Time, ...). */
export function readSpecial(scalar: Scalar, go: string, reader: ProtobufReader, read: MessageReader): unknown {
  if (scalar === 'time') return timeText(reader, false);
  if (scalar === 'microTime') return timeText(reader, true);
  const fields = fieldsOf(reader);
  switch (scalar) {
    case 'quantity':
      return text(fields, 1) || '0';
    case 'intOrString':
      return integer(fields, 1) === 0 ? integer(fields, 2) : text(fields, 3);
    case 'duration':
      return formatGoDuration(integer(fields, 1) / 1e6);
    default:
      return go.startsWith('v1.JSONSchemaPropsOr') ? union(go, fields, read) : rawJson(fields);
  }
}
