import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

export function defaultRules(rules: readonly Json[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}

/** Defaults of what webhooks and policies share about the objects they are asked about. */
export function defaultMatch(match: Json): void {
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
}

/** A list that may hold `*`, but then nothing else. */
function validateAlone(
  values: readonly string[] | undefined,
  what: string,
  field: string,
  errors: FieldErrors,
): boolean {
  if ((values ?? []).length === 0) errors.required(field);
  else if (values!.length > 1 && values!.includes('*')) {
    errors.invalid(field, values, `if '*' is present, must not specify other ${what}`);
  }
  return (values ?? []).length > 0;
}

export function validateRules(rules: readonly Json[] | undefined, field: string, errors: FieldErrors): void {
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = `${field}[${i}]`;
    validateAlone(rule.operations, 'operations', `${at}.operations`, errors);
    for (const [j, operation] of (rule.operations ?? []).entries()) {
      if (!OPERATIONS.includes(operation)) errors.notSupported(`${at}.operations[${j}]`, operation, OPERATIONS);
    }
    validateAlone(rule.apiGroups, 'API groups', `${at}.apiGroups`, errors);
    validateAlone(rule.apiVersions, 'API versions', `${at}.apiVersions`, errors);
    for (const [j, version] of (rule.apiVersions ?? []).entries()) {
      if (version === '') errors.required(`${at}.apiVersions[${j}]`);
    }
    if ((rule.resources ?? []).length === 0) errors.required(`${at}.resources`);
    for (const [j, resource] of (rule.resources ?? []).entries()) {
      if (resource === '') errors.required(`${at}.resources[${j}]`);
    }
    if (rule.scope !== undefined && !SCOPES.includes(rule.scope))
      errors.notSupported(`${at}.scope`, rule.scope, SCOPES);
  }
}

export function validateMatch(match: Json, field: string, errors: FieldErrors): void {
  const { matchPolicy, namespaceSelector, objectSelector } = match;
  if (matchPolicy !== undefined && matchPolicy !== 'Exact' && matchPolicy !== 'Equivalent') {
    errors.notSupported(`${field}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact']);
  }
  validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`, errors);
  validateLabelSelector(objectSelector, `${field}.objectSelector`, errors);
}
