import { labelValue } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, validateLabelName, validateLabels } from './checks.ts';
import type { Json } from './json.ts';

/** A metav1.LabelSelector at `field`, in upstream's order. */
export function validateLabelSelector(selector: Json, field: string, errors: FieldErrors): void {
  if (selector === undefined || selector === null) return;
  validateLabels(selector.matchLabels ?? {}, `${field}.matchLabels`, errors);
  for (const [i, requirement] of (selector.matchExpressions ?? []).entries()) {
    validateRequirement(requirement, `${field}.matchExpressions[${i}]`, errors);
  }
}

function validateRequirement(requirement: Json, field: string, errors: FieldErrors): void {
  const values: readonly string[] = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
      break;
    default:
      errors.invalid(`${field}.operator`, requirement.operator ?? '', 'not a valid selector operator');
  }
  validateLabelName(requirement.key ?? '', `${field}.key`, errors);
  for (const [i, value] of values.entries()) invalidEach(labelValue(value), `${field}.values[${i}]`, value, errors);
}

/** True when the selector selects everything: no requirement at all. */
export function isEmptySelector(selector: Json): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;
}
