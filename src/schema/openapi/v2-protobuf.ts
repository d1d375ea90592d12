import { isRecord, type JsonRecord } from '../../base/json.ts';
import { ProtobufWriter } from '../protobuf-writer.ts';

/*
 * OpenAPI 2 as the protobuf message clients ask for. Field numbers are those of the published OpenAPIv2.proto of
 * gnostic-models (message openapi.v2.Document); only what our documents contain is written.
 */

function eachRecord(value: unknown, visit: (name: string, inner: JsonRecord) => void): void {
  if (!isRecord(value)) return;
  for (const name of Object.keys(value)) {
    const inner = value[name];
    if (isRecord(inner)) visit(name, inner);
  }
}

class DocumentWriter {
  private readonly out = new ProtobufWriter();

  /** An Any that carries its value as YAML, of which JSON is a part. */
  private any(field: number, value: unknown): void {
    this.out.message(field, () => this.out.text(2, `${JSON.stringify(value)}\n`));
  }

  /** A message of a name and a value: how gnostic writes maps. */
  private named(field: number, name: string, build: () => void): void {
    this.out.message(field, () => this.out.text(1, name).message(2, build));
  }

  private extensions(field: number, source: JsonRecord): void {
    for (const name of Object.keys(source)) {
      if (!name.startsWith('x-')) continue;
      this.out.message(field, () => {
        this.out.text(1, name);
        this.any(2, source[name]);
      });
    }
  }

  private limits(source: JsonRecord): void {
    this.out
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

  private schema(source: JsonRecord): void {
    const { out } = this;
    out.text(1, source.$ref).text(2, source.format).text(4, source.description);
    if (source.default !== undefined) this.any(5, source.default);
    this.limits(source);
    out.texts(19, source.required);
    if (Array.isArray(source.enum)) for (const value of source.enum) this.any(20, value);
    const { additionalProperties: additional, items, type } = source;
    if (isRecord(additional)) out.message(21, () => out.message(1, () => this.schema(additional)));
    else if (additional === true) out.message(21, () => out.flag(2, true));
    if (typeof type === 'string') out.message(22, () => out.text(1, type));
    if (isRecord(items)) out.message(23, () => out.message(1, () => this.schema(items)));
    if (isRecord(source.properties)) {
      out.message(25, () =>
        eachRecord(source.properties, (name, inner) => this.named(1, name, () => this.schema(inner))),
      );
    }
    this.extensions(31, source);
  }

  /** Parameter { body | non-body { query | path } }. */
  private parameter(source: JsonRecord): void {
    const { out } = this;
    if (source.in === 'body') {
      out.message(1, () => {
        out.text(2, source.name).text(3, 'body').flag(4, source.required);
        const { schema } = source;
        if (isRecord(schema)) out.message(5, () => this.schema(schema));
      });
      return;
    }
    const inPath = source.in === 'path';
    out.message(2, () =>
      out.message(inPath ? 4 : 3, () => {
        out.flag(1, source.required).text(2, source.in).text(4, source.name);
        out.text(inPath ? 5 : 6, source.type).flag(inPath ? 18 : 20, source.uniqueItems);
      }),
    );
  }

  private parameters(field: number, list: unknown): void {
    if (!Array.isArray(list)) return;
    for (const each of list) {
      if (isRecord(each)) this.out.message(field, () => this.out.message(1, () => this.parameter(each)));
    }
  }

  private response(source: JsonRecord): void {
    const { out } = this;
    out.message(1, () => {
      out.text(1, source.description);
      const { schema } = source;
      if (isRecord(schema)) out.message(2, () => out.message(1, () => this.schema(schema)));
    });
  }

  private operation(source: JsonRecord): void {
    const { out } = this;
    out.texts(1, source.tags).text(5, source.operationId).texts(6, source.produces).texts(7, source.consumes);
    this.parameters(8, source.parameters);
    out.message(9, () =>
      eachRecord(source.responses, (code, inner) => this.named(1, code, () => this.response(inner))),
    );
    this.extensions(13, source);
  }

  private pathItem(source: JsonRecord): void {
    for (const [method, field] of METHODS) {
      const value = source[method];
      if (isRecord(value)) this.out.message(field, () => this.operation(value));
    }
    this.parameters(9, source.parameters);
  }

  document(source: JsonRecord): Buffer {
    const { out } = this;
    const info = isRecord(source.info) ? source.info : {};
    out.text(1, source.swagger).message(2, () => out.text(1, info.title).text(2, info.version));
    out.message(8, () => eachRecord(source.paths, (path, inner) => this.named(2, path, () => this.pathItem(inner))));
    out.message(9, () =>
      eachRecord(source.definitions, (name, inner) => this.named(1, name, () => this.schema(inner))),
    );
    return out.finish();
  }
}

const METHODS = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['patch', 8],
] as const;

/** An OpenAPI 2 JSON document as gnostic's openapi.v2.Document. */
export function writeDocumentV2(source: JsonRecord): Buffer {
  return new DocumentWriter().document(source);
}
