import { dns1123Label, dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, validateLabelName } from './checks.ts';
import type { Json } from './json.ts';
import { validateLabelSelector } from './label-selector.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateExpression(requirement: Json, field: string, errors: FieldErrors): void {
  const count: number = requirement.values?.length ?? 0;
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (count === 0) errors.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (count > 0) {
        errors.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
      break;
    case 'Gt':
    case 'Lt':
      if (count !== 1) {
        errors.required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      }
      break;
    default:
      errors.invalid(`${field}.operator`, requirement.operator ?? '', 'not a valid selector operator');
  }
  validateLabelName(requirement.key ?? '', `${field}.key`, errors);
}

function validateFieldExpression(requirement: Json, field: string, errors: FieldErrors): void {
  const values: readonly string[] = requirement.values ?? [];
  if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
    if (values.length !== 1) {
      const rule = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.required(`${field}.values`, rule);
    }
  } else errors.invalid(`${field}.operator`, requirement.operator ?? '', 'not a valid selector operator');
  if (requirement.key !== 'metadata.name') {
    errors.invalid(`${field}.key`, requirement.key ?? '', 'not a valid field selector key');
    return;
  }
  for (let i = 0; i < values.length; i++) {
    invalidEach(dns1123Subdomain(values[i]!), `${field}.values[${i}]`, values[i], errors);
  }
}

function validateNodeTerm(term: Json, field: string, errors: FieldErrors): void {
  const expressions: readonly Json[] = term.matchExpressions ?? [];
  for (let i = 0; i < expressions.length; i++) {
    validateExpression(expressions[i], `${field}.matchExpressions[${i}]`, errors);
  }
  const fields: readonly Json[] = term.matchFields ?? [];
  for (let i = 0; i < fields.length; i++) validateFieldExpression(fields[i], `${field}.matchFields[${i}]`, errors);
}

/** NodeSelector: at least one term. Also of volumes (PersistentVolume spec.nodeAffinity.required). */
export function validateNodeSelector(selector: Json, field: string, errors: FieldErrors): void {
  const terms: readonly Json[] = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    errors.required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term');
  }
  for (let i = 0; i < terms.length; i++) validateNodeTerm(terms[i], `${field}.nodeSelectorTerms[${i}]`, errors);
}

function validateWeight(weight: number | undefined, field: string, errors: FieldErrors): void {
  if (weight === undefined || weight <= 0 || weight > 100) {
    errors.invalid(field, weight ?? 0, 'must be in the range 1-100');
  }
}

function validateKeys(keys: readonly string[], selector: Json, field: string, errors: FieldErrors): void {
  if (keys.length === 0) return;
  if (selector === undefined) {
    errors.forbidden(field, 'must not be specified when labelSelector is not set');
    return;
  }
  for (let i = 0; i < keys.length; i++) validateLabelName(keys[i]!, `${field}[${i}]`, errors);
}

function validatePodTerm(term: Json, field: string, errors: FieldErrors): void {
  validateLabelSelector(term.labelSelector, `${field}.labelSelector`, errors);
  validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`, errors);
  // The field's name is upstream's, in the singular.
  for (const name of term.namespaces ?? []) invalidEach(dns1123Label(name), `${field}.namespace`, name, errors);
  const match: readonly string[] = term.matchLabelKeys ?? [];
  const mismatch: readonly string[] = term.mismatchLabelKeys ?? [];
  validateKeys(match, term.labelSelector, `${field}.matchLabelKeys`, errors);
  validateKeys(mismatch, term.labelSelector, `${field}.mismatchLabelKeys`, errors);
  for (let i = 0; i < match.length; i++) {
    if (!mismatch.includes(match[i]!)) continue;
    const at = `${field}.matchLabelKeys[${i}]`;
    errors.invalid(at, match[i], 'exists in both matchLabelKeys and mismatchLabelKeys');
  }
  const topology: string = term.topologyKey ?? '';
  if (topology === '') errors.required(`${field}.topologyKey`, 'can not be empty');
  validateLabelName(topology, `${field}.topologyKey`, errors);
}

function validatePodAffinity(affinity: Json, field: string, errors: FieldErrors): void {
  const required: readonly Json[] = affinity[REQUIRED] ?? [];
  for (let i = 0; i < required.length; i++) validatePodTerm(required[i], `${field}.${REQUIRED}[${i}]`, errors);
  const preferred: readonly Json[] = affinity[PREFERRED] ?? [];
  for (let i = 0; i < preferred.length; i++) {
    validateWeight(preferred[i].weight, `${field}.${PREFERRED}[${i}].weight`, errors);
    validatePodTerm(preferred[i].podAffinityTerm ?? {}, `${field}.${PREFERRED}[${i}].podAffinityTerm`, errors);
  }
}

export function validateAffinity(affinity: Json, field: string, errors: FieldErrors): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) {
    const required = nodeAffinity[REQUIRED];
    if (required !== undefined) validateNodeSelector(required, `${field}.nodeAffinity.${REQUIRED}`, errors);
    const preferred: readonly Json[] = nodeAffinity[PREFERRED] ?? [];
    for (let i = 0; i < preferred.length; i++) {
      const at = `${field}.nodeAffinity.${PREFERRED}[${i}]`;
      validateWeight(preferred[i].weight, `${at}.weight`, errors);
      validateNodeTerm(preferred[i].preference ?? {}, `${at}.preference`, errors);
    }
  }
  if (podAffinity !== undefined) validatePodAffinity(podAffinity, `${field}.podAffinity`, errors);
  if (podAntiAffinity !== undefined) validatePodAffinity(podAntiAffinity, `${field}.podAntiAffinity`, errors);
}
