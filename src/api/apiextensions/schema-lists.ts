import type { FieldErrors } from '../../schema/field-errors.ts';
import { notOneOf } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';

const LIST_TYPES = ['atomic', 'set', 'map'];
const MAP_TYPES = ['atomic', 'granular'];

/** `type` must be `wanted` where an extension about lists or maps stands. */
function requireType(schema: Json, wanted: string, extension: string, field: string, errors: FieldErrors): boolean {
  if (schema.type === wanted) return true;
  const why = `must be ${wanted} if ${extension} is specified`;
  if ((schema.type ?? '') === '') errors.required(`${field}.type`, why);
  else errors.invalid(`${field}.type`, schema.type, why);
  return false;
}

/** Items of a set are compared as wholes. */
function validateSetItems(items: Json, field: string, errors: FieldErrors): void {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const check = (extension: string, wrong: boolean): void => {
    if (wrong) errors.invalid(`${field}.${extension}`, items[extension] ?? null, why);
  };
  if (items.type === 'array')
    check('x-kubernetes-list-type', (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic');
  if (items.type === 'object') check('x-kubernetes-map-type', items['x-kubernetes-map-type'] !== 'atomic');
}

function validateMapKeys(schema: Json, field: string, errors: FieldErrors): void {
  const keys: readonly string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${field}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.required(at, 'must not be empty if x-kubernetes-list-type is map');
  const { items } = schema;
  if (items === undefined) {
    errors.required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map');
    return;
  }
  if (items.type !== 'object') {
    errors.invalid(
      `${field}.items.type`,
      items.type ?? '',
      "must be object if parent array's x-kubernetes-list-type is map",
    );
    return;
  }
  for (const [i, key] of keys.entries()) {
    const property = items.properties?.[key];
    if (property === undefined) errors.invalid(at, keys, 'entries must all be names of item properties');
    else if (property.type === 'array' || property.type === 'object') {
      const path = `${field}.items.properties[${key}].type`;
      errors.invalid(path, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
    }
    if (keys.indexOf(key) < i) errors.invalid(at, keys, 'must not contain duplicate entries');
  }
  validateKeyPresence(schema, keys, field, errors);
}

/** A key that an item may lack must have a default, else two items could not be told apart. */
function validateKeyPresence(schema: Json, keys: readonly string[], field: string, errors: FieldErrors): void {
  const { items } = schema;
  if (items.nullable === true) {
    errors.forbidden(`${field}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is map');
  }
  for (const key of keys) {
    const property = items.properties?.[key];
    const at = `${field}.items.properties[${key}]`;
    if (property?.default === undefined && !(items.required ?? []).includes(key)) {
      errors.required(
        `${at}.default`,
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      );
    }
    if (property?.nullable === true) {
      errors.forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable');
    }
  }
}

/** The `x-kubernetes-list-*` and `x-kubernetes-map-type` extensions of one schema node. */
export function validateListExtensions(schema: Json, field: string, errors: FieldErrors): void {
  const mapType: string | undefined = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    requireType(schema, 'object', 'x-kubernetes-map-type', field, errors);
    if (!MAP_TYPES.includes(mapType)) notOneOf(`${field}.x-kubernetes-map-type`, mapType, MAP_TYPES, errors);
  }
  const listType: string | undefined = schema['x-kubernetes-list-type'];
  const keys: readonly string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType === undefined) {
    if (keys.length > 0) {
      errors.required(`${field}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty');
    }
    return;
  }
  const isArray = requireType(schema, 'array', 'x-kubernetes-list-type', field, errors);
  if (isArray && listType === 'set' && schema.items !== undefined)
    validateSetItems(schema.items, `${field}.items`, errors);
  if (!LIST_TYPES.includes(listType)) notOneOf(`${field}.x-kubernetes-list-type`, listType, LIST_TYPES, errors);
  if (listType === 'map') validateMapKeys(schema, field, errors);
  else if (keys.length > 0) {
    errors.invalid(
      `${field}.x-kubernetes-list-type`,
      listType,
      'must be map if x-kubernetes-list-map-keys is non-empty',
    );
  }
}
