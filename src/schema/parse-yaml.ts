import type { Document, Pair, Scalar, YAMLError } from 'yaml';
import { isRecord } from '../base/json.ts';

/** YAML that cannot be read; the message is worded as upstream's converter words it. */
export class YamlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'YamlError';
  }
}

export interface ParsedYaml {
  readonly value: unknown;
  /** `line 7: key "a" already set in map` */
  readonly duplicates: readonly string[];
}

type YamlModule = typeof import('yaml');
let loaded: YamlModule | null = null;

/** The library is only loaded when the first YAML arrives. */
async function yamlModule(): Promise<YamlModule> {
  loaded ??= await import('yaml');
  return loaded;
}

/** Forms of YAML 1.1 that upstream's library does not read as numbers or times. */
function supportedTag(tag: { readonly tag: string; readonly format?: string }): boolean {
  return tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp');
}

/** The library's complaint in the words of upstream's, as far as they have a counterpart. */
function complaint(error: YAMLError): string {
  if (error.message.startsWith('Flow ')) return 'did not find expected node content';
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'found character that cannot start any token';
    case 'BAD_INDENT':
    case 'BAD_COLLECTION_TYPE':
      return 'did not find expected key';
    case 'MULTILINE_IMPLICIT_KEY':
    case 'KEY_OVER_1024_CHARS':
      return "could not find expected ':'";
    case 'BLOCK_IN_FLOW':
    case 'UNEXPECTED_TOKEN':
    case 'MISSING_CHAR':
    case 'BAD_DIRECTIVE':
      return 'did not find expected node content';
    default:
      return error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  }
}

function fail(text: string): never {
  throw new YamlError(`error converting YAML to JSON: yaml: ${text}`);
}

function keyText(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}

/** Keys written twice in one mapping, in the order of the text. */
function duplicateKeys(yaml: YamlModule, document: Document, lineOf: (offset: number) => number): string[] {
  const duplicates: string[] = [];
  yaml.visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const pair of map.items as Pair<Scalar, unknown>[]) {
        if (!yaml.isScalar(pair.key)) continue;
        const key = pair.key.value;
        if (seen.has(key)) {
          duplicates.push(`line ${lineOf(pair.key.range?.[0] ?? 0)}: key ${keyText(key)} already set in map`);
        }
        seen.add(key);
      }
    },
  });
  return duplicates;
}

/** What `toJS` leaves that JSON does not have: Map keys are strings already, but NaN and dates are not JSON. */
function checkJson(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlError(`error converting YAML to JSON: json: unsupported value: ${value}`);
  }
  if (Array.isArray(value)) value.forEach(checkJson);
  else if (isRecord(value)) Object.values(value).forEach(checkJson);
}

/**
 * Reads the first document of a YAML text as upstream does: YAML 1.1 truth values and numbers, times stay text,
 * a key written twice is reported and the last one holds.
 * @throws YamlError
 */
export async function parseYaml(text: string): Promise<ParsedYaml> {
  const yaml = await yamlModule();
  const lines = new yaml.LineCounter();
  const documents = yaml.parseAllDocuments(text, {
    schema: 'yaml-1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || supportedTag(tag)),
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: false,
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined) return { value: null, duplicates: [] };
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const error = document.errors[0];
  if (error !== undefined) fail(`line ${Math.max(1, lineOf(error.pos[0]))}: ${complaint(error)}`);
  let value: unknown;
  try {
    value = document.toJS({ mapAsMap: false });
  } catch (cause) {
    fail(cause instanceof Error ? cause.message : String(cause));
  }
  checkJson(value);
  return { value, duplicates: duplicateKeys(yaml, document, lineOf) };
}
