import { qualifiedName } from '../../base/names.ts';
import { celProblem } from '../../schema/cel-check.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { invalidEach } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { defaultMatch, defaultRules, validateMatch, validateRules } from './match-resources.ts';

/** What expressions of a policy may speak of. */
const VARIABLES = Object.fromEntries(
  ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer', 'variables'].map((name) => [
    name,
    'dyn',
  ]),
);
const FAILURE_POLICIES = ['Fail', 'Ignore'];

/** Defaults of the match of a policy or of a binding. */
export function defaultMatchResources(match: Json): void {
  if (match === undefined || match === null) return;
  defaultMatch(match);
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}

export function validateMatchResources(match: Json, field: string, errors: FieldErrors): void {
  validateMatch(match, field, errors);
  validateRules(match.resourceRules, `${field}.resourceRules`, errors);
  validateRules(match.excludeResourceRules, `${field}.excludeResourceRules`, errors);
}

/** An expression that must be there, compile, and give a `result`. */
export function validateExpression(text: string | undefined, result: string, field: string, errors: FieldErrors): void {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') {
    errors.required(field, 'expression is not specified');
    return;
  }
  const problem = celProblem(trimmed, VARIABLES, result);
  if (problem !== null) errors.invalid(field, text, problem);
}

/** Failure policy, parameter kind, match, conditions and variables: what both kinds of policies have. */
export function validatePolicyCommon(spec: Json, errors: FieldErrors): void {
  const { failurePolicy, paramKind, matchConstraints } = spec;
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy)) {
    errors.notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES);
  }
  if (paramKind !== undefined) {
    if ((paramKind.apiVersion ?? '') === '') errors.required('spec.paramKind.apiVersion');
    if ((paramKind.kind ?? '') === '') errors.required('spec.paramKind.kind');
  }
  if (matchConstraints === undefined) errors.required('spec.matchConstraints');
  else {
    validateMatchResources(matchConstraints, 'spec.matchConstraints', errors);
    if ((matchConstraints.resourceRules ?? []).length === 0) errors.required('spec.matchConstraints.resourceRules');
  }
  for (const [i, { name = '', expression }] of (spec.matchConditions ?? []).entries()) {
    const field = `spec.matchConditions[${i}]`;
    validateExpression(expression, 'bool', `${field}.expression`, errors);
    if (name === '') errors.required(`${field}.name`);
    else invalidEach(qualifiedName(name), `${field}.name`, name, errors);
  }
  for (const [i, { name = '', expression }] of (spec.variables ?? []).entries()) {
    const field = `spec.variables[${i}]`;
    if (name === '') errors.required(`${field}.name`, 'name is not specified');
    else if (!/^[A-Za-z_]\w*$/.test(name)) errors.invalid(`${field}.name`, name, 'name is not a valid CEL identifier');
    validateExpression(expression, 'dyn', `${field}.expression`, errors);
  }
}

export function validateParamRef(ref: Json, field: string, errors: FieldErrors): void {
  if (ref === undefined) return;
  const named = (ref.name ?? '') !== '';
  if (named && ref.selector !== undefined)
    errors.forbidden(`${field}.name`, 'name and selector are mutually exclusive');
  else if (!named && ref.selector === undefined) errors.required(field, 'one of name or selector must be specified');
  validateLabelSelector(ref.selector, `${field}.selector`, errors);
  const action = ref.parameterNotFoundAction;
  if ((action ?? null) === null) errors.required(`${field}.parameterNotFoundAction`);
  else if (action !== 'Allow' && action !== 'Deny') {
    errors.notSupported(`${field}.parameterNotFoundAction`, action, ['Allow', 'Deny']);
  }
}

export function paramKindText(object: KubeObject): string {
  const kind = object.spec?.paramKind;
  return kind === undefined ? '<unset>' : `${kind.apiVersion}/${kind.kind}`;
}

export function paramRefText(object: KubeObject): string {
  const ref = object.spec?.paramRef;
  if (ref === undefined) return '<unset>';
  const name = ref.name || '*';
  return (ref.namespace ?? '') === '' ? name : `${ref.namespace}/${name}`;
}
