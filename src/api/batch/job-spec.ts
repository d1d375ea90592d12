import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, nonNegative, notOneOf } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';
import { validatePodTemplate } from '../shared/pod-template.ts';
import { validatePodFailurePolicy, validatePodReplacement, validateSuccessPolicy } from './job-policies.ts';

const MANY = 100000;
const MANY_WITH_BACKOFF = 10000;
const DOMAIN_PATH = 'must be a domain-prefixed path (such as "acme.io/foo")';
const INDEXED_ONLY = 'requires indexed completion mode';

function validateManagedBy(manager: string, field: string, errors: FieldErrors): void {
  const slash = manager.indexOf('/');
  if (manager === '') errors.required(field);
  else if (slash < 1 || slash === manager.length - 1) errors.invalid(field, manager, DOMAIN_PATH);
  else invalidEach(dns1123Subdomain(manager.slice(0, slash)), field, manager.slice(0, slash), errors);
  if (manager.length > 63) errors.tooLong(field, 63);
}

function validateIndexed(spec: Json, field: string, errors: FieldErrors): void {
  const { completions, parallelism, maxFailedIndexes: most } = spec;
  if (completions === undefined) errors.required(`${field}.completions`, 'when completion mode is Indexed');
  if (parallelism > MANY) {
    const rule = `must be less than or equal to ${MANY} when completion mode is Indexed`;
    errors.invalid(`${field}.parallelism`, parallelism, rule);
  }
  if (completions !== undefined && most !== undefined && most > completions) {
    errors.invalid(`${field}.maxFailedIndexes`, most, 'must be less than or equal to completions');
  }
  if (most > MANY) errors.invalid(`${field}.maxFailedIndexes`, most, `must be less than or equal to ${MANY}`);
  if (!(completions > MANY) || spec.backoffLimitPerIndex === undefined) return;
  if (most === undefined) {
    errors.required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`);
  }
  const rule = `must be less than or equal to ${MANY_WITH_BACKOFF} when completions are above ${MANY} and used with backoff limit per index`;
  if (parallelism > MANY_WITH_BACKOFF) errors.invalid(`${field}.parallelism`, parallelism, rule);
  if (most > MANY_WITH_BACKOFF) errors.invalid(`${field}.maxFailedIndexes`, most, rule);
}

function validateMode(spec: Json, field: string, errors: FieldErrors): void {
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    notOneOf(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed'], errors);
  }
  if (mode === 'Indexed') validateIndexed(spec, field, errors);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[name] !== undefined) errors.invalid(`${field}.${name}`, spec[name], INDEXED_ONLY);
  }
}

function validateRestartPolicy(spec: Json, field: string, errors: FieldErrors): void {
  const policy: string = spec.template?.spec?.restartPolicy ?? '';
  const at = `${field}.template.spec.restartPolicy`;
  if (policy === '' || policy === 'Always') errors.required(at, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') notOneOf(at, policy, ['OnFailure', 'Never'], errors);
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    errors.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

/** A JobSpec without its selector: of a Job, or of the template in a CronJob. */
export function validateJobSpec(spec: Json, field: string, errors: FieldErrors): void {
  nonNegative(spec.parallelism, `${field}.parallelism`, errors);
  nonNegative(spec.completions, `${field}.completions`, errors);
  nonNegative(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`, errors);
  nonNegative(spec.backoffLimit, `${field}.backoffLimit`, errors);
  nonNegative(spec.ttlSecondsAfterFinished, `${field}.ttlSecondsAfterFinished`, errors);
  nonNegative(spec.backoffLimitPerIndex, `${field}.backoffLimitPerIndex`, errors);
  if (spec.maxFailedIndexes !== undefined) {
    nonNegative(spec.maxFailedIndexes, `${field}.maxFailedIndexes`, errors);
    if (spec.backoffLimitPerIndex === undefined) {
      errors.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
    }
  }
  if (spec.managedBy !== undefined) validateManagedBy(spec.managedBy, `${field}.managedBy`, errors);
  validateMode(spec, field, errors);
  if (spec.podFailurePolicy !== undefined) validatePodFailurePolicy(spec, `${field}.podFailurePolicy`, errors);
  if (spec.successPolicy !== undefined) {
    if (spec.completionMode === 'Indexed') validateSuccessPolicy(spec, `${field}.successPolicy`, errors);
    else errors.invalid(`${field}.successPolicy`, spec.successPolicy, INDEXED_ONLY);
  }
  validatePodReplacement(spec, `${field}.podReplacementPolicy`, errors);
  validatePodTemplate(spec.template, `${field}.template`, errors);
  validateRestartPolicy(spec, field, errors);
}
