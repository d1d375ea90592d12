import { qualifiedName } from '../../base/names.ts';
import { compareQuantity, quantityMilli } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, NON_NEGATIVE } from './checks.ts';
import type { Json } from './json.ts';

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Plain names that mean something, though not in a container. */
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** Names of resources nodes offer beyond the native ones: `vendor.example/thing`. */
function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

function validateName(name: string, field: string, errors: FieldErrors): void {
  const messages = qualifiedName(name);
  if (messages.length > 0) {
    invalidEach(messages, field, name, errors);
    return;
  }
  if (!name.includes('/')) {
    if (!STANDARD_RESOURCES.has(name) && !isHugePages(name)) {
      errors.invalid(field, name, 'must be a standard resource type or fully qualified');
    }
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name)) {
      errors.invalid(field, name, 'must be a standard resource for containers');
    }
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.invalid(field, name, "doesn't follow extended resource name standard");
  }
}

function validateAmount(name: string, amount: string, field: string, errors: FieldErrors): void {
  if (compareQuantity(amount, '0') < 0) errors.invalid(field, amount, NON_NEGATIVE);
  const integer = isExtendedResource(name) || isHugePages(name);
  if (integer && quantityMilli(amount) % 1000 !== 0) errors.invalid(field, amount, 'must be an integer');
}

// What almost every container asks for, in amounts that need no parsing to be known as fine.
const PLAIN_AMOUNT = /^[1-9][0-9]*(m|Ki|Mi|Gi|k|M|G)?$/;

function validateEntry(name: string, amount: string, field: string, errors: FieldErrors): void {
  if (CONTAINER_RESOURCES.has(name) && PLAIN_AMOUNT.test(amount)) return;
  validateName(name, `${field}[${name}]`, errors);
  validateAmount(name, amount, `${field}[${name}]`, errors);
}

function validateAgainstLimit(name: string, amount: string, limits: Json, field: string, errors: FieldErrors): void {
  const limit = limits?.[name];
  if (limit === undefined) {
    if (!mayOvercommit(name)) {
      errors.required(`${field}.limits`, 'Limit must be set for non overcommitable resources');
    }
    return;
  }
  if (limit === amount) return;
  const order = compareQuantity(amount, limit);
  if (order !== 0 && !mayOvercommit(name)) {
    errors.invalid(`${field}.requests`, amount, `must be equal to ${name} limit of ${limit}`);
  } else if (order > 0) {
    errors.invalid(`${field}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`);
  }
}

/** Names of resource claims that a container uses must be declared by the pod. */
function validateClaims(claims: readonly Json[], podClaims: readonly Json[], field: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (let i = 0; i < claims.length; i++) {
    const { name = '', request = '' } = claims[i];
    const key = request === '' ? name : `${name}/${request}`;
    if (name === '') errors.required(`${field}[${i}].name`);
    else if (seen.has(name) || seen.has(key)) errors.duplicate(`${field}[${i}]`, key);
    else if (!podClaims.some((claim) => claim.name === name)) errors.add('notFound', `${field}[${i}].name`, name);
    seen.add(key);
  }
}

/** ResourceRequirements of a container (or of a pod, or an overhead). `podClaims`: spec.resourceClaims. */
export function validateResources(
  resources: Json,
  podClaims: readonly Json[],
  field: string,
  errors: FieldErrors,
): void {
  const { limits, requests, claims } = resources;
  let computes = false;
  let hugePages = false;
  for (const name in limits) {
    validateEntry(name, limits[name], `${field}.limits`, errors);
    computes ||= name === 'cpu' || name === 'memory';
    hugePages ||= isHugePages(name);
  }
  for (const name in requests) {
    validateEntry(name, requests[name], `${field}.requests`, errors);
    validateAgainstLimit(name, requests[name], limits, field, errors);
    computes ||= name === 'cpu' || name === 'memory';
    hugePages ||= isHugePages(name);
  }
  if (hugePages && !computes) errors.forbidden(field, 'HugePages require cpu or memory');
  if (claims !== undefined) validateClaims(claims, podClaims, `${field}.claims`, errors);
}

/** resizePolicy of a container; with restartPolicy Never nothing may ask for a restart. */
export function validateResizePolicy(
  policies: readonly Json[],
  podRestartPolicy: string,
  field: string,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  for (let i = 0; i < policies.length; i++) {
    const { resourceName = '', restartPolicy = '' } = policies[i];
    if (seen.has(resourceName)) errors.duplicate(`${field}[${i}]`, resourceName);
    seen.add(resourceName);
    if (resourceName === '') errors.required(field);
    else if (resourceName !== 'cpu' && resourceName !== 'memory') {
      errors.notSupported(field, resourceName, ['cpu', 'memory']);
    }
    if (restartPolicy === '') errors.required(field);
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer') {
      errors.notSupported(field, restartPolicy, ['NotRequired', 'RestartContainer']);
    }
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.invalid(field, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}
