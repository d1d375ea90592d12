import { structOf } from '../../schema/structure.ts';
import type { FieldInfo, StructInfo, TypeRef } from '../../schema/types.ts';
import { keepsUnknown, type Schema, valueSchema } from './schema.ts';

const ANY: TypeRef = { kind: 'scalar', scalar: 'any', go: 'interface {}' };
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function typeOf(schema: Schema): TypeRef {
  if (schema['x-kubernetes-int-or-string'] === true)
    return { kind: 'scalar', scalar: 'intOrString', go: 'intstr.IntOrString' };
  if (schema.type === 'array') return listOf(schema);
  if (schema.type !== 'object') return ANY;
  const values = valueSchema(schema);
  const mapType = schema['x-kubernetes-map-type'] ?? 'granular';
  if (values !== null) return { kind: 'map', value: typeOf(values), mapType, go: 'map[string]interface {}' };
  if (schema.properties === undefined && keepsUnknown(schema)) {
    return { kind: 'map', value: ANY, mapType, go: 'map[string]interface {}' };
  }
  return { kind: 'struct', struct: structFrom('', schema) };
}

function listOf(schema: Schema): TypeRef {
  return {
    kind: 'list',
    element: schema.items === undefined ? ANY : typeOf(schema.items),
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    mapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    go: '[]interface {}',
    pointers: false,
    wrapped: false,
  };
}

function field(name: string, type: TypeRef, schema: Schema | null): FieldInfo {
  return {
    name,
    go: name,
    type,
    omitEmpty: true,
    pointer: true,
    number: 0,
    embedded: [],
    embeddedGo: [],
    patchStrategy: [],
    patchMergeKey: null,
    required: false,
    ...(schema?.default === undefined ? {} : { default: schema.default }),
  };
}

function structOfFields(name: string, fields: readonly FieldInfo[], atomic: boolean): StructInfo {
  return { name, go: name, fields, byName: new Map(fields.map((one) => [one.name, one])), atomic, kinds: [] };
}

function structFrom(name: string, schema: Schema): StructInfo {
  const fields = Object.entries(schema.properties ?? {}).map(([key, part]) => field(key, typeOf(part), part));
  return structOfFields(name, fields, schema['x-kubernetes-map-type'] === 'atomic');
}

/** What managed fields and apply need to know of a custom kind, from its schema. */
export function customStruct(name: string, schema: Schema): StructInfo {
  const own = structFrom(name, schema).fields.filter(
    ({ name: key }) => !['apiVersion', 'kind', 'metadata'].includes(key),
  );
  const text: TypeRef = { kind: 'scalar', scalar: 'string', go: 'string' };
  const meta: TypeRef = { kind: 'struct', struct: structOf(OBJECT_META) };
  const fields = [field('apiVersion', text, null), field('kind', text, null), field('metadata', meta, null), ...own];
  return structOfFields(name, fields, false);
}
