import { deepEqual } from '../../base/json.ts';
import { dns1123Subdomain, qualifiedName } from '../../base/names.ts';
import { compareQuantity, quantityMilli } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { invalidEach, NON_NEGATIVE } from './checks.ts';

export function validateSubdomain(value: string, field: string, errors: FieldErrors): void {
  invalidEach(dns1123Subdomain(value), field, value, errors);
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Finalizer: qualified, and with a domain unless it is one of the well-known ones. */
export function validateFinalizerName(name: string, field: string, errors: FieldErrors): void {
  invalidEach(qualifiedName(name), field, name, errors);
  if (!name.includes('/') && !STANDARD_FINALIZERS.has(name)) {
    errors.invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified');
  }
}

export function nonNegativeQuantity(value: string, field: string, errors: FieldErrors): void {
  if (compareQuantity(value, '0') < 0) errors.invalid(field, value, NON_NEGATIVE);
}

export function isWholeQuantity(value: string): boolean {
  return quantityMilli(value) % 1000 === 0;
}

/** Resource names of limits and quotas that need no domain. */
export const STANDARD_RESOURCES: ReadonlySet<string> = new Set(
  (
    'cpu memory ephemeral-storage requests.cpu requests.memory requests.ephemeral-storage limits.cpu limits.memory ' +
    'limits.ephemeral-storage pods resourcequotas services replicationcontrollers secrets configmaps ' +
    'persistentvolumeclaims storage requests.storage services.nodeports services.loadbalancers'
  ).split(' '),
);

/** A resource that is counted: no fractions. */
export const COUNTED_RESOURCES: ReadonlySet<string> = new Set(
  (
    'pods resourcequotas services replicationcontrollers secrets configmaps persistentvolumeclaims ' +
    'services.nodeports services.loadbalancers'
  ).split(' '),
);

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** Resource name of a capacity, limit or quota. */
export function validateResourceName(name: string, field: string, errors: FieldErrors): void {
  const messages = qualifiedName(name);
  invalidEach(messages, field, name, errors);
  if (messages.length === 0 && !name.includes('/') && !STANDARD_RESOURCES.has(name) && !isHugePages(name)) {
    errors.invalid(field, name, 'must be a standard resource type or fully qualified');
  }
}

/** Whether anything outside metadata and status differs: what bumps the generation of kinds without a spec. */
export function contentChanged(draft: Draft, old: KubeObject): boolean {
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)]);
  for (const key of ['apiVersion', 'kind', 'metadata', 'status']) keys.delete(key);
  for (const key of keys) if (!deepEqual(draft[key] ?? null, old[key] ?? null)) return true;
  return false;
}
