import { structOf } from './structure.ts';
import type { StructInfo } from './types.ts';

/**
 * Fields of a JSON schema that hold one of two forms (apiextensions v1). What stands below them is decoded leniently:
 * unknown fields are dropped without a word, as upstream's own decoders of these types do.
 */
const UNIONS: Readonly<Record<string, 'bool' | 'schemas' | 'strings'>> = {
  'v1.JSONSchemaPropsOrBool': 'bool',
  'v1.JSONSchemaPropsOrArray': 'schemas',
  'v1.JSONSchemaPropsOrStringArray': 'strings',
};

const SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

/** The schema struct the unions refer to. */
export function schemaStruct(): StructInfo {
  return structOf(SCHEMA);
}

export function isUnion(go: string): boolean {
  return Object.hasOwn(UNIONS, go);
}

/** What a union takes of a value: a schema, a list of schemas, a list of strings, or the value itself. */
export function unionForm(go: string, value: unknown): 'schema' | 'schemas' | 'strings' | 'value' {
  const other = UNIONS[go]!;
  if (Array.isArray(value)) {
    if (other === 'bool') throw new RangeError('boolean or JSON schema expected');
    return other;
  }
  if (typeof value === 'object') return 'schema';
  if (other === 'bool' && typeof value !== 'boolean') throw new RangeError('boolean or JSON schema expected');
  return 'value';
}

/** Decoder of a union; values of neither form become null, except the boolean one's, which are refused. */
export function unionDecoder(
  go: string,
  structDecoder: (struct: StructInfo) => (value: unknown) => unknown,
): (value: unknown) => unknown {
  return (value) => {
    const form = unionForm(go, value);
    if (form === 'schema') return structDecoder(schemaStruct())(value);
    if (form === 'value') return typeof value === 'boolean' && UNIONS[go] === 'bool' ? value : null;
    const items = value as readonly unknown[];
    if (items.length === 0) return null;
    if (form === 'schemas') return items.map((item) => structDecoder(schemaStruct())(item ?? {}));
    return items.map((item) => {
      if (typeof item !== 'string') throw new RangeError('string expected');
      return item;
    });
  };
}
