import { qualifiedName } from '../../base/names.ts';
import { type FieldErrors, OMITTED, quote } from '../../schema/field-errors.ts';
import { invalidEach, notOneOf } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';

const ACTIONS: readonly string[] = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;

function validateExitCodes(requirement: Json, names: ReadonlySet<string>, field: string, errors: FieldErrors): void {
  const { operator = '', containerName } = requirement;
  const values: readonly number[] = requirement.values ?? [];
  if (operator === '') errors.required(`${field}.operator`, 'valid values: ["In" "NotIn"]');
  else if (operator !== 'In' && operator !== 'NotIn') {
    errors.notSupported(`${field}.operator`, operator, ['In', 'NotIn']);
  }
  if (containerName !== undefined && !names.has(containerName)) {
    errors.invalid(
      `${field}.containerName`,
      containerName,
      'must be one of the container or initContainer names in the pod template',
    );
  }
  if (values.length === 0) errors.invalid(`${field}.values`, values, 'at least one value is required');
  else if (values.length > MAX_EXIT_CODES) errors.tooMany(`${field}.values`, values.length, MAX_EXIT_CODES);
  let ordered = true;
  const seen = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (operator === 'In' && value === 0)
      errors.invalid(`${field}.values[${i}]`, value, 'must not be 0 for the In operator');
    if (seen.has(value)) errors.duplicate(`${field}.values[${i}]`, value);
    seen.add(value);
    if (i > 0 && values[i - 1]! > value) ordered = false;
  }
  if (!ordered) errors.invalid(`${field}.values`, values, 'must be ordered');
}

function validateConditions(patterns: readonly Json[], field: string, errors: FieldErrors): void {
  if (patterns.length > MAX_PATTERNS) errors.tooMany(field, patterns.length, MAX_PATTERNS);
  for (let i = 0; i < patterns.length; i++) {
    const { type = '', status = '' } = patterns[i];
    invalidEach(qualifiedName(type), `${field}[${i}].type`, type, errors);
    if (status === '') errors.required(`${field}[${i}].status`, 'valid values: ["False" "True" "Unknown"]');
    else if (status !== 'True' && status !== 'False' && status !== 'Unknown') {
      errors.notSupported(`${field}[${i}].status`, status, ['False', 'True', 'Unknown']);
    }
  }
}

/** podFailurePolicy: each rule has one action and looks at exit codes or at conditions. */
export function validatePodFailurePolicy(spec: Json, field: string, errors: FieldErrors): void {
  const rules: readonly Json[] = spec.podFailurePolicy.rules ?? [];
  if (rules.length > MAX_RULES) errors.tooMany(`${field}.rules`, rules.length, MAX_RULES);
  const pod = spec.template?.spec ?? {};
  const names = new Set<string>([...(pod.containers ?? []), ...(pod.initContainers ?? [])].map((each) => each.name));
  for (let i = 0; i < rules.length; i++) {
    const at = `${field}.rules[${i}]`;
    const { action = '', onExitCodes, onPodConditions = [] } = rules[i];
    if (action === '') errors.required(`${at}.action`, `valid values: [${ACTIONS.map(quote).join(' ')}]`);
    else if (!ACTIONS.includes(action)) errors.notSupported(`${at}.action`, action, ACTIONS);
    else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
      errors.invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set');
    }
    if (onExitCodes !== undefined) validateExitCodes(onExitCodes, names, `${at}.onExitCodes`, errors);
    if (onPodConditions.length > 0) validateConditions(onPodConditions, `${at}.onPodConditions`, errors);
    if (onExitCodes !== undefined && onPodConditions.length > 0) {
      errors.invalid(at, OMITTED, 'specifying both OnExitCodes and OnPodConditions is not supported');
    }
    if (onExitCodes === undefined && onPodConditions.length === 0) {
      errors.invalid(at, OMITTED, 'specifying one of OnExitCodes and OnPodConditions is required');
    }
  }
}

const INDEXES = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;

/** successPolicy: which indexes, or how many of them, make the job succeed. */
export function validateSuccessPolicy(spec: Json, field: string, errors: FieldErrors): void {
  const rules: readonly Json[] = spec.successPolicy.rules ?? [];
  if (rules.length === 0)
    errors.required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > MAX_RULES) errors.tooMany(`${field}.rules`, rules.length, MAX_RULES);
  const completions: number = spec.completions ?? 0;
  for (let i = 0; i < rules.length; i++) {
    const at = `${field}.rules[${i}]`;
    const { succeededCount: count, succeededIndexes: indexes } = rules[i];
    if (count === undefined && indexes === undefined) {
      errors.required(at, 'at least one of succeededCount or succeededIndexes must be specified');
    }
    if (indexes !== undefined && indexes !== '' && !INDEXES.test(indexes)) {
      errors.invalid(
        `${at}.succeededIndexes`,
        indexes,
        'error parsing succeededIndexes: cannot convert string to integer for index',
      );
    }
    if (count === undefined) continue;
    if (count < 1) errors.invalid(`${at}.succeededCount`, count, 'must be greater than or equal to 0');
    else if (count > completions) {
      errors.invalid(
        `${at}.succeededCount`,
        count,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      );
    }
  }
}

/** podReplacementPolicy; with a pod failure policy only `Failed` makes sense. */
export function validatePodReplacement(spec: Json, field: string, errors: FieldErrors): void {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined || policy === 'Failed') return;
  if (spec.podFailurePolicy !== undefined) notOneOf(field, policy, ['Failed'], errors);
  else if (policy !== 'TerminatingOrFailed') notOneOf(field, policy, ['Failed', 'TerminatingOrFailed'], errors);
}
