import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';
import { isRecord } from '../../base/json.ts';
import type { FieldErrorKind, FieldErrors } from '../../schema/field-errors.ts';
import { at, type Rule, type Schema, valueSchema } from './schema.ts';

type Compiled = (variables: Record<string, unknown>) => unknown;

let library: typeof Cel | null = null;
const compiled = new Map<string, Compiled | null>();

/** An expression ready to run; null when it does not compile. The library is loaded with the first one. */
function compile(expression: string): Compiled | null {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  library ??= createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof Cel;
  let made: Compiled | null = null;
  try {
    made = new library.Environment({ unlistedVariablesAreDyn: true }).parse(expression) as unknown as Compiled;
  } catch {
    made = null;
  }
  compiled.set(expression, made);
  return made;
}

/** JSON as CEL sees it: integers of the schema are 64 bits wide. */
function celValue(value: unknown, schema: Schema | null): unknown {
  if (typeof value === 'number') {
    const integer = schema === null || schema.type === 'integer' || schema['x-kubernetes-int-or-string'] === true;
    return integer && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema?.items ?? null));
  if (!isRecord(value)) return value;
  const values = schema === null ? null : valueSchema(schema);
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, celValue(field, schema?.properties?.[key] ?? values)]),
  );
}

const REASONS: Readonly<Record<string, FieldErrorKind>> = {
  FieldValueForbidden: 'forbidden',
  FieldValueRequired: 'required',
  FieldValueDuplicate: 'duplicate',
};

function report(
  rule: Rule,
  variables: Record<string, unknown>,
  schema: Schema,
  path: string,
  errors: FieldErrors,
): void {
  let message = rule.message ?? `failed rule: ${rule.rule}`;
  if (rule.messageExpression !== undefined) {
    try {
      const made = compile(rule.messageExpression)?.(variables);
      if (typeof made === 'string' && made.trim() !== '') message = made;
    } catch {
      // A message that cannot be made leaves the plain one.
    }
  }
  const field = rule.fieldPath === undefined ? path : at(path, rule.fieldPath.replace(/^\./, ''));
  errors.add(REASONS[rule.reason ?? ''] ?? 'invalid', field, schema.type ?? 'object', message);
}

function checkRule(rule: Rule, value: unknown, old: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  const transition = /\boldSelf\b/.test(rule.rule);
  if (transition && old === undefined && rule.optionalOldSelf !== true) return;
  const run = compile(rule.rule);
  if (run === null) return;
  const variables = { self: celValue(value, schema), oldSelf: celValue(old ?? null, schema) };
  try {
    if (run(variables) !== true) report(rule, variables, schema, path, errors);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    errors.invalid(path, schema.type ?? 'object', `rule: ${JSON.stringify(rule.rule)}: ${why}`);
  }
}

/** Item of the old list that `item` continues, for lists with an identity. */
function oldItem(item: unknown, old: unknown, schema: Schema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((other) => isRecord(other) && keys.every((key) => other[key] === item[key]));
}

/** Evaluates `x-kubernetes-validations` of a value and everything below it. `old` is undefined on create. */
export function validateRules(value: unknown, old: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  if (value === null || value === undefined) return;
  for (const rule of schema['x-kubernetes-validations'] ?? []) checkRule(rule, value, old, schema, path, errors);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [i, item] of value.entries()) {
      validateRules(item, oldItem(item, old, schema), items, at(path, i), errors);
    }
    return;
  }
  if (!isRecord(value)) return;
  const values = valueSchema(schema);
  for (const key of Object.keys(value)) {
    const field = schema.properties?.[key] ?? values;
    if (field === null || field === undefined) continue;
    validateRules(value[key], isRecord(old) ? old[key] : undefined, field, at(path, key), errors);
  }
}

/** Whether any rule stands in the schema. */
export function hasRules(schema: Schema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const below = [...Object.values(schema.properties ?? {}), schema.items, valueSchema(schema)];
  return below.some((part) => part !== undefined && part !== null && hasRules(part));
}
