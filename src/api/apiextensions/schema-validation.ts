import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';
import { validateListExtensions } from './schema-lists.ts';
import { validateRules } from './schema-rules.ts';

const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
/** Where a node of a junctor (allOf and the like) may not say what the structure must say. */
const STRUCTURE_ONLY = [
  'type',
  'title',
  'description',
  'default',
  'nullable',
  'additionalProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
];

const isSchema = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function junctors(schema: Json, field: string): [Json, string][] {
  const out: [Json, string][] = [];
  if (schema.not !== undefined) out.push([schema.not, `${field}.not`]);
  for (const name of ['allOf', 'oneOf', 'anyOf']) {
    for (const [i, sub] of (schema[name] ?? []).entries()) out.push([sub, `${field}.${name}[${i}]`]);
  }
  return out;
}

function validateKeywords(schema: Json, field: string, errors: FieldErrors): void {
  for (const keyword of UNSUPPORTED) {
    if (schema[keyword] !== undefined) errors.forbidden(`${field}.${keyword}`, `${keyword} is not supported`);
  }
  if (schema.type === 'null')
    errors.forbidden(`${field}.type`, 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(schema.items)) errors.forbidden(`${field}.items`, 'items must be a schema object and not an array');
  if (schema.uniqueItems === true) {
    errors.forbidden(
      `${field}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    );
  }
  const extra = schema.additionalProperties;
  const both = extra !== undefined && Object.keys(schema.properties ?? {}).length > 0;
  if (both && (extra === false || isSchema(extra))) {
    errors.forbidden(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  }
}

/** Keywords, list types and rules of a node and of all below it. */
function validateNode(schema: Json, field: string, errors: FieldErrors): void {
  validateKeywords(schema, field, errors);
  if (isSchema(schema.additionalProperties)) {
    validateNode(schema.additionalProperties, `${field}.additionalProperties`, errors);
  }
  for (const [name, property] of Object.entries<Json>(schema.properties ?? {})) {
    validateNode(property, `${field}.properties[${name}]`, errors);
  }
  for (const [sub, at] of junctors(schema, field)) validateNode(sub, at, errors);
  if (isSchema(schema.items)) validateNode(schema.items, `${field}.items`, errors);
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  }
  validateListExtensions(schema, field, errors);
  if (schema['x-kubernetes-validations'] !== undefined) validateRules(schema, field, errors);
}

/** Inside a junctor only values are constrained (KEP-1693, structural schemas). */
function validateValues(schema: Json, field: string, errors: FieldErrors): void {
  const intOrString = /\.(anyOf|allOf)\[\d+\]$/.test(field) && (schema.type === 'integer' || schema.type === 'string');
  for (const keyword of STRUCTURE_ONLY) {
    if (schema[keyword] === undefined || (keyword === 'type' && intOrString)) continue;
    errors.forbidden(`${field}.${keyword}`, 'must be empty to be structural');
  }
  for (const [sub, at] of junctors(schema, field)) validateValues(sub, at, errors);
  for (const [name, property] of Object.entries<Json>(schema.properties ?? {})) {
    validateValues(property, `${field}.properties[${name}]`, errors);
  }
  if (isSchema(schema.items)) validateValues(schema.items, `${field}.items`, errors);
}

function validateMetadata(schema: Json, field: string, errors: FieldErrors): void {
  const metadata = schema.properties?.metadata;
  if (metadata === undefined) return;
  const at = `${field}.properties[metadata]`;
  if (metadata.type !== 'object') errors.invalid(`${at}.type`, metadata.type ?? '', 'must be object');
  const allowed = new Set(['name', 'generateName']);
  const { type: _type, description: _description, properties = {}, ...rest } = metadata;
  if (Object.keys(properties).some((name) => !allowed.has(name)) || Object.keys(rest).length > 0) {
    errors.forbidden(
      at,
      'must not specify anything other than name and generateName, but metadata is implicitly specified',
    );
  }
}

/** Every node says its type, so that pruning and defaulting know what is where. */
function validateStructure(schema: Json, field: string, root: boolean, errors: FieldErrors): void {
  const type: string = schema.type ?? '';
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '' && !intOrString && !(preserves && !root)) {
    errors.required(`${field}.type`, `must not be empty ${root ? 'at the root' : 'for specified object fields'}`);
  } else if (root && type !== 'object') errors.invalid(`${field}.type`, type, 'must be object at the root');
  if (intOrString && type !== '') {
    errors.invalid(`${field}.type`, type, 'must be empty if x-kubernetes-int-or-string is true');
  }
  if (type === 'array' && schema.items === undefined) errors.required(`${field}.items`, 'must be specified');
  if (root || schema['x-kubernetes-embedded-resource'] === true) validateMetadata(schema, field, errors);
  for (const [name, property] of Object.entries<Json>(schema.properties ?? {})) {
    if (root && name === 'metadata') continue;
    validateStructure(property, `${field}.properties[${name}]`, false, errors);
  }
  if (isSchema(schema.additionalProperties)) {
    if (root) errors.forbidden(`${field}.additionalProperties`, 'must not be used at the root');
    validateStructure(schema.additionalProperties, `${field}.additionalProperties`, false, errors);
  }
  if (isSchema(schema.items)) validateStructure(schema.items, `${field}.items`, false, errors);
  for (const [sub, at] of junctors(schema, field)) {
    if (!intOrString) validateValues(sub, at, errors);
  }
}

/** The schema of one version of a custom resource: supported keywords, then structure (KEP-1693). */
export function validateSchema(schema: Json, field: string, errors: FieldErrors): void {
  if (schema.nullable === true) errors.forbidden(`${field}.nullable`, 'nullable cannot be true at the root');
  validateNode(schema, field, errors);
  validateStructure(schema, field, true, errors);
}
