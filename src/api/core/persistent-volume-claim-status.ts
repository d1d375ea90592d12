import { qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { invalidEach } from '../shared/checks.ts';
import { nonNegativeQuantity } from '../shared/validation.ts';

const RESIZES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** A resource of a claim: `storage`, or one of somebody else's; false when it is neither. */
function validateKey(name: string, field: string, errors: FieldErrors): boolean {
  const messages = qualifiedName(name);
  invalidEach(messages, field, name, errors);
  if (messages.length > 0) return false;
  if (!isNative(name) || name === 'storage') return true;
  errors.notSupported(field, name, ['storage']);
  return false;
}

/** Sizes, and how far a resize has come. The field of the latter is named in the singular, as upstream does. */
export function validateClaimStatus(object: KubeObject, errors: FieldErrors): void {
  const { capacity, allocatedResourceStatuses, allocatedResources } = object.status ?? {};
  for (const name in capacity) nonNegativeQuantity(capacity[name], `status.capacity[${name}]`, errors);
  const resize = 'status.allocatedResourceStatus';
  for (const name in allocatedResourceStatuses) {
    validateKey(name, resize, errors);
    if (!RESIZES.includes(allocatedResourceStatuses[name])) errors.notSupported(resize, name, RESIZES);
  }
  for (const name in allocatedResources) {
    if (!validateKey(name, 'status.allocatedResources', errors)) continue;
    nonNegativeQuantity(allocatedResources[name], `status.allocatedResources[${name}]`, errors);
  }
}
