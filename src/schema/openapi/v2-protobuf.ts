import { isRecord, type JsonRecord } from '../../base/json.ts';
import { MessageWriter } from './protobuf-writer.ts';

/*
 * OpenAPI 2 as the protobuf message clients ask for. Field numbers are those of the published OpenAPIv2.proto of
 * gnostic-models (message openapi.v2.Document); only what our documents contain is written.
 */

const entries = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);

/** An Any that carries its value as YAML, of which JSON is a part. */
function any(value: unknown): MessageWriter {
  return new MessageWriter().text(2, `${JSON.stringify(value)}\n`);
}

function extensions(writer: MessageWriter, field: number, source: JsonRecord): MessageWriter {
  for (const [name, value] of entries(source)) {
    if (name.startsWith('x-')) writer.message(field, new MessageWriter().text(1, name).message(2, any(value)));
  }
  return writer;
}

function named(name: string, value: MessageWriter): MessageWriter {
  return new MessageWriter().text(1, name).message(2, value);
}

function numbers(writer: MessageWriter, source: JsonRecord): void {
  writer
    .double(6, source.multipleOf)
    .double(7, source.maximum)
    .flag(8, source.exclusiveMaximum)
    .double(9, source.minimum)
    .flag(10, source.exclusiveMinimum)
    .integer(11, source.maxLength)
    .integer(12, source.minLength)
    .text(13, source.pattern)
    .integer(14, source.maxItems)
    .integer(15, source.minItems)
    .flag(16, source.uniqueItems)
    .integer(17, source.maxProperties)
    .integer(18, source.minProperties);
}

function schema(source: JsonRecord): MessageWriter {
  const writer = new MessageWriter().text(1, source.$ref).text(2, source.format).text(4, source.description);
  if (source.default !== undefined) writer.message(5, any(source.default));
  numbers(writer, source);
  writer.texts(19, source.required);
  if (Array.isArray(source.enum)) for (const value of source.enum) writer.message(20, any(value));
  const additional = source.additionalProperties;
  if (isRecord(additional)) writer.message(21, new MessageWriter().message(1, schema(additional)));
  else if (additional === true) writer.message(21, new MessageWriter().flag(2, true));
  if (typeof source.type === 'string') writer.message(22, new MessageWriter().text(1, source.type));
  if (isRecord(source.items)) writer.message(23, new MessageWriter().message(1, schema(source.items)));
  if (isRecord(source.properties)) {
    const properties = new MessageWriter();
    for (const [name, value] of entries(source.properties)) {
      if (isRecord(value)) properties.message(1, named(name, schema(value)));
    }
    writer.message(25, properties);
  }
  return extensions(writer, 31, source);
}

/** ParametersItem { Parameter { body | non-body { query | path } } }. */
function parameter(source: JsonRecord): MessageWriter {
  const inner = new MessageWriter();
  if (source.in === 'body') {
    const body = new MessageWriter().text(2, source.name).text(3, 'body').flag(4, source.required);
    if (isRecord(source.schema)) body.message(5, schema(source.schema));
    inner.message(1, body);
  } else {
    const inPath = source.in === 'path';
    const plain = new MessageWriter().flag(1, source.required).text(2, source.in).text(4, source.name);
    plain.text(inPath ? 5 : 6, source.type).flag(inPath ? 18 : 20, source.uniqueItems);
    inner.message(2, new MessageWriter().message(inPath ? 4 : 3, plain));
  }
  return new MessageWriter().message(1, inner);
}

function parameters(writer: MessageWriter, field: number, list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const each of list) if (isRecord(each)) writer.message(field, parameter(each));
}

function response(source: JsonRecord): MessageWriter {
  const writer = new MessageWriter().text(1, source.description);
  if (isRecord(source.schema)) writer.message(2, new MessageWriter().message(1, schema(source.schema)));
  return new MessageWriter().message(1, writer);
}

function operation(source: JsonRecord): MessageWriter {
  const writer = new MessageWriter().texts(1, source.tags).text(5, source.operationId);
  writer.texts(6, source.produces).texts(7, source.consumes);
  parameters(writer, 8, source.parameters);
  const responses = new MessageWriter();
  for (const [code, value] of entries(source.responses)) {
    if (isRecord(value)) responses.message(1, named(code, response(value)));
  }
  return extensions(writer.message(9, responses), 13, source);
}

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(source: JsonRecord): MessageWriter {
  const writer = new MessageWriter();
  for (const [method, field] of Object.entries(METHODS)) {
    const value = source[method];
    if (isRecord(value)) writer.message(field, operation(value));
  }
  parameters(writer, 9, source.parameters);
  return writer;
}

/** An OpenAPI 2 JSON document as gnostic's openapi.v2.Document. */
export function writeDocumentV2(source: JsonRecord): Buffer {
  const info = isRecord(source.info) ? source.info : {};
  const paths = new MessageWriter();
  for (const [path, value] of entries(source.paths)) {
    if (isRecord(value)) paths.message(2, named(path, pathItem(value)));
  }
  const definitions = new MessageWriter();
  for (const [name, value] of entries(source.definitions)) {
    if (isRecord(value)) definitions.message(1, named(name, schema(value)));
  }
  return new MessageWriter()
    .text(1, source.swagger)
    .message(2, new MessageWriter().text(1, info.title).text(2, info.version))
    .message(8, paths)
    .message(9, definitions)
    .finish();
}
