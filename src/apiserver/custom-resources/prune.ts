import { clone, isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import { at, keepsUnknown, type Schema, valueSchema } from './schema.ts';

/** Fields every embedded object may have. */
const TYPE_META: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** A copy without what the schema does not know; the paths of that are added to `unknown`. */
export function prune(value: unknown, schema: Schema, path: string, unknown: string[], root = false): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? clone(value) : value.map((item, i) => prune(item, items, at(path, i), unknown));
  }
  if (!isRecord(value)) return value;
  const out: JsonRecord = {};
  const values = valueSchema(schema);
  const embedded = root || schema['x-kubernetes-embedded-resource'] === true;
  const open = keepsUnknown(schema) || schema.additionalProperties === true;
  for (const key of Object.keys(value)) {
    const field = schema.properties?.[key] ?? values;
    // Schemas name `metadata` as an object without fields; what it may hold is not theirs to say.
    if (embedded && TYPE_META.has(key)) setOwn(out, key, clone(value[key]));
    else if (field !== undefined && field !== null) setOwn(out, key, prune(value[key], field, at(path, key), unknown));
    else if (open) setOwn(out, key, clone(value[key]));
    else unknown.push(at(path, key));
  }
  return out;
}

/** Fills defaults of the schema in place; a null where none may be counts as absent. */
export function fillDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) fillDefaults(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const absent = !Object.hasOwn(value, key);
    if (!absent && value[key] === null && field.nullable !== true && field.default !== undefined) {
      setOwn(value, key, clone(field.default));
    } else if (absent && field.default !== undefined) setOwn(value, key, clone(field.default));
    if (Object.hasOwn(value, key)) fillDefaults(value[key], field);
  }
  const values = valueSchema(schema);
  if (values === null) return;
  for (const key of Object.keys(value)) if (schema.properties?.[key] === undefined) fillDefaults(value[key], values);
}
