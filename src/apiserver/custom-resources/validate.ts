import { deepEqual, isRecord } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { at, type Schema, valueSchema } from './schema.ts';

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : typeof value;
}

function fits(type: string, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) return type === 'integer' || type === 'string';
  return schema.type === undefined || schema.type === type || (schema.type === 'number' && type === 'integer');
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  ipv4: /^(\d{1,3}\.){3}\d{1,3}$/,
  email: /^[^@\s]+@[^@\s]+$/,
  byte: /^[A-Za-z0-9+/]*={0,2}$/,
};

const patterns = new Map<string, RegExp | null>();

function patternOf(text: string): RegExp | null {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    try {
      pattern = new RegExp(text, 'u');
    } catch {
      pattern = null;
    }
    patterns.set(text, pattern);
  }
  return pattern;
}

function checkString(value: string, schema: Schema, path: string, errors: FieldErrors): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.tooLong(path, schema.maxLength);
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`);
  }
  if (schema.pattern !== undefined && patternOf(schema.pattern)?.test(value) === false) {
    errors.invalid(path, value, `${path} in body should match '${schema.pattern}'`);
  }
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (format !== undefined && !format.test(value)) {
    errors.invalid(path, value, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`);
  }
}

function checkNumber(value: number, schema: Schema, path: string, errors: FieldErrors): void {
  const { minimum, maximum, multipleOf } = schema;
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    const bound = schema.exclusiveMaximum === true ? 'less than' : 'less than or equal to';
    errors.invalid(path, value, `${path} in body should be ${bound} ${maximum}`);
  }
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const bound = schema.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to';
    errors.invalid(path, value, `${path} in body should be ${bound} ${minimum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    errors.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
  }
}

function checkList(value: readonly unknown[], schema: Schema, path: string, errors: FieldErrors): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    errors.tooMany(path, value.length, schema.maxItems);
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`);
  }
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const identity = (item: unknown): unknown =>
    kind === 'map' && isRecord(item) ? Object.fromEntries(keys.map((key) => [key, item[key]])) : item;
  value.forEach((item, i) => {
    if (schema.items !== undefined) validateSchema(item, schema.items, at(path, i), errors);
    if (kind !== 'set' && kind !== 'map' && schema.uniqueItems !== true) return;
    const id = identity(item);
    if (value.slice(0, i).some((other) => deepEqual(identity(other), id))) errors.duplicate(at(path, i), id);
  });
}

function checkObject(value: Record<string, unknown>, schema: Schema, path: string, errors: FieldErrors): void {
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties)
    errors.tooMany(path, count, schema.maxProperties);
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    errors.invalid(path, count, `${path} in body should have at least ${schema.minProperties} properties`);
  }
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) errors.required(at(path, key));
  const values = valueSchema(schema);
  for (const key of Object.keys(value)) {
    const field = schema.properties?.[key];
    if (field !== undefined) validateSchema(value[key], field, at(path, key), errors);
    else if (values !== null) validateSchema(value[key], values, at(path, key), errors);
  }
}

/** Number of problems a value has under another schema. */
function problems(value: unknown, schema: Schema, path: string, errors: FieldErrors): boolean {
  const before = errors.list.length;
  validateSchema(value, schema, path, errors);
  const found = errors.list.length > before;
  errors.list.length = before;
  return found;
}

function checkCombinations(value: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  for (const part of schema.allOf ?? []) validateSchema(value, part, path, errors);
  if (schema.anyOf?.every((part) => problems(value, part, path, errors))) {
    errors.invalid(path, value, `${path} in body must validate at least one schema (anyOf)`);
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter((part) => !problems(value, part, path, errors)).length !== 1) {
    errors.invalid(path, value, `${path} in body must validate one and only one schema (oneOf)`);
  }
  if (schema.not !== undefined && !problems(value, schema.not, path, errors)) {
    errors.invalid(path, value, `${path} in body must not validate the schema (not)`);
  }
}

/** Checks a pruned and defaulted value against its schema, with upstream's messages. */
export function validateSchema(value: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  if (value === null && schema.nullable === true) return;
  const type = typeOf(value);
  if (!fits(type, schema)) {
    const wanted = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : schema.type;
    errors.add('typeInvalid', path, type, `${path} in body must be of type ${wanted}: ${JSON.stringify(type)}`);
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => deepEqual(allowed, value))) {
    const shown = schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ');
    errors.add('notSupported', path, value, `supported values: ${shown}`);
  }
  if (typeof value === 'string') checkString(value, schema, path, errors);
  else if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkList(value, schema, path, errors);
  else if (isRecord(value)) checkObject(value, schema, path, errors);
  checkCombinations(value, schema, path, errors);
}
