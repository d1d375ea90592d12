import type { JsonRecord } from '../../base/json.ts';
import type { FieldInfo, Scalar, StructInfo, TypeRef } from '../types.ts';
import { type Descriptions, described } from './descriptions.ts';

/** OpenAPI 2 (one document) or 3 (one document a group-version). */
export type OpenApiVersion = 2 | 3;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Scalars that are definitions of their own in the published API. */
const NAMED: Readonly<Record<string, string>> = {
  'resource.Quantity': 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'intstr.IntOrString': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'v1.Time': `${META}.Time`,
  'v1.MicroTime': `${META}.MicroTime`,
  'v1.Duration': `${META}.Duration`,
  'v1.FieldsV1': `${META}.FieldsV1`,
  'runtime.RawExtension': 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  'v1.JSON': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  'v1.JSONSchemaPropsOrBool': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  'v1.JSONSchemaPropsOrArray': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  'v1.JSONSchemaPropsOrStringArray':
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
};

const SCALARS: Readonly<Record<Scalar, JsonRecord>> = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  quantity: { type: 'string' },
  intOrString: { type: 'string', format: 'int-or-string' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  any: { type: 'object' },
};

/** Strategic merge patches and the like: any object. */
export const PATCH_DEFINITION = `${META}.Patch`;

/** Definition of a scalar that has one, by definition name. */
export function scalarDefinition(name: string, version: OpenApiVersion): JsonRecord {
  if (version === 3 && name === NAMED['resource.Quantity']) return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  if (version === 3 && name === NAMED['intstr.IntOrString']) {
    return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  }
  if (name.includes('JSON')) return {};
  const simple = name.slice(name.lastIndexOf('.') + 1);
  if (simple === 'Quantity') return SCALARS.quantity;
  if (simple === 'IntOrString') return SCALARS.intOrString;
  if (simple === 'Time' || simple === 'MicroTime') return SCALARS.time;
  return simple === 'Duration' ? SCALARS.duration : SCALARS.any;
}

export function referenceTo(name: string, version: OpenApiVersion): JsonRecord {
  return { $ref: `#/${version === 2 ? 'definitions' : 'components/schemas'}/${name}` };
}

/** Called with every definition a schema refers to; `struct` is null for scalars that are definitions. */
export type Reach = (name: string, struct: StructInfo | null) => void;

function typeSchema(type: TypeRef, version: OpenApiVersion, reach: Reach): JsonRecord {
  switch (type.kind) {
    case 'struct':
      reach(type.struct.name, type.struct);
      return referenceTo(type.struct.name, version);
    case 'list':
      return { type: 'array', items: typeSchema(type.element, version, reach) };
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.value, version, reach) };
    case 'scalar': {
      const name = NAMED[type.go];
      if (name === undefined) return type.scalar === 'any' ? { type: 'object' } : { ...SCALARS[type.scalar] };
      reach(name, null);
      return referenceTo(name, version);
    }
  }
}

/** What clients read to merge: patch strategies, list types and keys, atomic maps. */
function extensionsOf(field: FieldInfo): JsonRecord {
  const { type } = field;
  return {
    ...(type.kind === 'list' && type.mapKeys.length > 0 ? { 'x-kubernetes-list-map-keys': type.mapKeys } : {}),
    ...(type.kind === 'list' ? { 'x-kubernetes-list-type': type.listType } : {}),
    ...(type.kind === 'map' && type.mapType === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(field.patchMergeKey === null ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
    ...(field.patchStrategy.length === 0 ? {} : { 'x-kubernetes-patch-strategy': field.patchStrategy.join(',') }),
  };
}

function fieldSchema(
  field: FieldInfo,
  version: OpenApiVersion,
  words: { description?: string },
  reach: Reach,
): JsonRecord {
  const schema = typeSchema(field.type, version, reach);
  const extra = {
    ...words,
    ...(field.default === undefined || field.default === null ? {} : { default: field.default }),
    ...extensionsOf(field),
  };
  if (version === 2 || schema.$ref === undefined || Object.keys(extra).length === 0) return { ...schema, ...extra };
  // A reference stands alone in OpenAPI 3.
  return { allOf: [schema], ...extra };
}

/** `group/version/Kind` as clients expect it on schemas and operations. */
export function groupVersionKind(text: string): JsonRecord {
  const [group, version, kind] = text.split('/');
  return { group, kind, version };
}

/** Schema of a struct, telling `reach` what else it needs. */
export function structSchema(
  struct: StructInfo,
  version: OpenApiVersion,
  descriptions: Descriptions,
  reach: Reach,
): JsonRecord {
  const properties: JsonRecord = {};
  for (const field of [...struct.fields].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    properties[field.name] = fieldSchema(field, version, described(descriptions, struct.name, field.name), reach);
  }
  const required = struct.fields.filter((field) => field.required).map((field) => field.name);
  return {
    ...described(descriptions, struct.name),
    type: 'object',
    ...(struct.fields.length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(struct.kinds.length === 0 ? {} : { 'x-kubernetes-group-version-kind': struct.kinds.map(groupVersionKind) }),
    ...(struct.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}
