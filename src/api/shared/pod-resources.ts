import { addQuantity, compareQuantity, formatQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';
import { validateResources } from './resource-requirements.ts';

type ResourceList = Record<string, string>;

/** What a pod may name as a whole (KEP-2837). */
export const isPodResource = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

function add(target: ResourceList, list: ResourceList | undefined): void {
  for (const name in list) {
    const before = target[name];
    target[name] = before === undefined ? list[name]! : formatQuantity(addQuantity(before, list[name]!));
  }
}

function raise(target: ResourceList, list: ResourceList): void {
  for (const name in list) {
    const before = target[name];
    if (before === undefined || compareQuantity(list[name]!, before) > 0) target[name] = list[name]!;
  }
}

/** Requests of all containers together: those that run at once, or the greatest that init containers need. */
export function aggregateRequests(spec: Json): ResourceList {
  const total: ResourceList = {};
  for (const container of spec.containers ?? []) add(total, container.resources?.requests);
  const sidecars: ResourceList = {};
  const peak: ResourceList = {};
  for (const container of spec.initContainers ?? []) {
    const requests: ResourceList = container.resources?.requests ?? {};
    if (container.restartPolicy === 'Always') {
      add(total, requests);
      add(sidecars, requests);
      raise(peak, sidecars);
    } else {
      const own = { ...requests };
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  return total;
}

/** spec.resources: names, and that containers stay within. `field`: where they stand. */
export function validatePodResources(spec: Json, podClaims: readonly Json[], field: string, errors: FieldErrors): void {
  const { resources } = spec;
  if (resources.claims !== undefined) {
    errors.forbidden(`${field}.claims`, 'claims cannot be set for Resources at pod-level');
  }
  validateResources(resources, podClaims, field, errors);
  const requests = aggregateRequests(spec);
  for (const name in requests) {
    const own = resources.requests?.[name] ?? '0';
    if (!isPodResource(name) || compareQuantity(requests[name]!, own) <= 0) continue;
    const rule = `must be greater than or equal to aggregate container requests of ${requests[name]}`;
    errors.invalid(`${field}.requests[${name}]`, own, rule);
  }
  const containers: readonly Json[] = spec.containers ?? [];
  for (let i = 0; i < containers.length; i++) {
    const limits: ResourceList = containers[i].resources?.limits ?? {};
    for (const name in limits) {
      const own = resources.limits?.[name];
      if (own === undefined || compareQuantity(limits[name]!, own) <= 0) continue;
      const at = `${field}.containers[${i}][${name}].limits`;
      errors.invalid(at, limits[name], `must be less than or equal to pod limits of ${own}`);
    }
  }
}
