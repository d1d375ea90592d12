import { isRecord } from '../base/json.ts';
import { isUnion } from './decode-unions.ts';
import type { NumberForm } from './parse-json-details.ts';
import { type JsonPath, jsonDetails } from './parse-json-details.ts';
import { jsonSyntaxError } from './parse-json-errors.ts';
import { countMembers, scanJson } from './parse-json-scan.ts';
import { parseYaml, YamlError } from './parse-yaml.ts';
import { ProtobufError, readEnvelope, readProtobuf } from './protobuf.ts';
import type { StructInfo, TypeRef } from './types.ts';

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

const FORMATS: Readonly<Record<string, BodyFormat>> = {
  '': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
};

/** Format of a request body by its Content-Type, none meaning JSON; null for what is answered with 415. */
export function bodyFormat(contentType: string | undefined): BodyFormat | null {
  const media = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return Object.hasOwn(FORMATS, media) ? FORMATS[media]! : null;
}

/** A body that is not of its format; the message is upstream's, without the caller's wrapping. */
export class ParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ParseError';
  }
}

export interface ParsedBody {
  /** Plain JSON; null for a body that says null. */
  readonly value: unknown;
  /** Of the body; empty when it has none. */
  readonly apiVersion: string;
  readonly kind: string;
  /** `duplicate field "spec.x"`, `line 5: key "x" already set in map`: for strict decoding and warnings. */
  readonly strictErrors: readonly string[];
  /** Numbers written with a fraction or exponent, for `decodeObject`. */
  readonly forms: readonly NumberForm[];
}

export interface ParseOptions {
  /** Structure of the expected kind: needed to read protobuf; for JSON it says which duplicates count. */
  readonly struct?: StructInfo;
  /** Structure of another kind a protobuf body may hold; without it such a body keeps only its type. */
  readonly structFor?: (apiVersion: string, kind: string) => StructInfo | undefined;
}

const TYPE_META_GO =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const interpretError = (why: string): ParseError =>
  new ParseError(`couldn't get version/kind; json parse error: ${why}`);

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** apiVersion and kind of a body; both must be texts. */
function typeMetaOf(value: unknown): { readonly apiVersion: string; readonly kind: string } {
  if (value === null || value === undefined) return { apiVersion: '', kind: '' };
  if (!isRecord(value)) {
    throw interpretError(`json: cannot unmarshal ${jsonType(value)} into Go value of type ${TYPE_META_GO}`);
  }
  for (const name of Object.keys(value)) {
    const member = value[name];
    if ((name !== 'apiVersion' && name !== 'kind') || member === null || typeof member === 'string') continue;
    throw interpretError(`json: cannot unmarshal ${jsonType(member)} into Go struct field .${name} of type string`);
  }
  const text = (member: unknown): string => (typeof member === 'string' ? member : '');
  return { apiVersion: text(value.apiVersion), kind: text(value.kind) };
}

/** True when Go's decoder looks at the members there: known fields and maps, not free-form values. */
function counts(path: JsonPath, struct: StructInfo): boolean {
  let type: TypeRef | undefined = { kind: 'struct', struct };
  for (const step of path) {
    if (type === undefined) return false;
    if (type.kind === 'struct') type = type.struct.byName.get(String(step))?.type;
    else if (type.kind === 'list') type = type.element;
    else if (type.kind === 'map') type = type.value;
    else return type.go.startsWith('interface') && !isUnion(type.go);
  }
  return type !== undefined;
}

function pathText(path: JsonPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

const PLAIN = { strictErrors: [], forms: [] } as const;

/**
 * Parses a JSON body: JSON.parse, then one cheap pass over the bytes that tells whether a key was written twice or a
 * number has an unusual form; only then is the text read again to say which.
 * @throws ParseError with Go's wording
 */
export function parseJsonBody(bytes: Uint8Array, options: ParseOptions = {}): ParsedBody {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw interpretError(jsonSyntaxError(text));
  }
  const type = typeMetaOf(value);
  const scan = scanJson(bytes);
  if (!scan.numberForms && scan.members === countMembers(value)) return { value, ...type, ...PLAIN };
  const { duplicates, forms } = jsonDetails(text);
  const { struct } = options;
  const told = struct === undefined ? duplicates : duplicates.filter((path) => counts(path, struct));
  const errors = told.map((path) => `duplicate field ${JSON.stringify(pathText(path))}`);
  return { value, ...type, strictErrors: [...new Set(errors)], forms };
}

/** Parses a YAML body (or JSON under that name). Throws ParseError: `error converting YAML to JSON: yaml: …`. */
export async function parseYamlBody(bytes: Uint8Array): Promise<ParsedBody> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.startsWith('{')) {
    const json = plainJson(bytes, text);
    if (json !== null) return json;
  }
  try {
    const { value, duplicates } = await parseYaml(text);
    return { value, ...typeMetaOf(value), strictErrors: duplicates, forms: [] };
  } catch (error) {
    if (error instanceof YamlError) throw new ParseError(error.message);
    throw error;
  }
}

/** JSON without duplicate keys needs no YAML parser; null leaves it to the YAML parser. */
function plainJson(bytes: Uint8Array, text: string): ParsedBody | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (scanJson(bytes).members !== countMembers(value)) return null;
  return { value, ...typeMetaOf(value), ...PLAIN };
}

function parseProtobufBody(bytes: Uint8Array, options: ParseOptions): ParsedBody {
  try {
    const { apiVersion, kind, raw } = readEnvelope(bytes);
    const struct = structFor(apiVersion, kind, options);
    const body = struct === undefined ? {} : readProtobuf(struct, raw);
    const value = { ...body, ...(apiVersion === '' ? {} : { apiVersion }), ...(kind === '' ? {} : { kind }) };
    return { value, apiVersion, kind, ...PLAIN };
  } catch (error) {
    if (error instanceof ProtobufError || error instanceof SyntaxError) throw new ParseError(error.message);
    throw error;
  }
}

const META_PACKAGE = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

function structFor(apiVersion: string, kind: string, options: ParseOptions): StructInfo | undefined {
  const { struct } = options;
  const named = apiVersion.includes('/') ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`;
  if (struct !== undefined) {
    // DeleteOptions and the like travel under any group-version.
    const anyGroup = struct.kinds.length === 0 || struct.name.startsWith(META_PACKAGE);
    if (kind === '' || anyGroup || struct.kinds.includes(named)) return struct;
  }
  return options.structFor?.(apiVersion, kind);
}

/**
 * Parses a request body to plain JSON with its type and what strict decoding finds. YAML answers with a promise, since
 * its library is loaded on first use; the rest at once.
 * @throws ParseError
 */
export function parseBody(
  bytes: Uint8Array,
  format: BodyFormat,
  options: ParseOptions = {},
): ParsedBody | Promise<ParsedBody> {
  if (format === 'yaml') return parseYamlBody(bytes);
  return format === 'json' ? parseJsonBody(bytes, options) : parseProtobufBody(bytes, options);
}

/** Unknown fields (`Decoded.unknown`) in the words of strict decoding. */
export function unknownFieldErrors(unknown: readonly string[]): string[] {
  return unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
}

const SUMMARY_BYTES = 30;

/** The start of a body for an error text: as text when it looks like an object, else in hexadecimal. */
export function summarizeBody(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const head = Buffer.from(bytes.subarray(0, SUMMARY_BYTES)).toString(bytes[0] === 0x7b ? 'utf8' : 'hex');
  return bytes.length > SUMMARY_BYTES ? `${head} ...` : head;
}

/** Message of the 400 for a body whose type could not be told; `kind` is the expected one. */
export function unrecognizedBody(error: ParseError, kind: string, bytes: Uint8Array): string {
  return `the object provided is unrecognized (must be of type ${kind}): ${error.message} (${summarizeBody(bytes)})`;
}
