import { compareQuantity, quantityMilli } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { validateLabelName } from '../shared/checks.ts';
import { CREATED_AT, NAME } from '../shared/columns.ts';
import { sortKeys } from '../shared/data.ts';
import { validateResourceName } from '../shared/validation.ts';

type Resources = Record<string, string>;
interface Item {
  type: string;
  max?: Resources;
  min?: Resources;
  default?: Resources;
  defaultRequest?: Resources;
  maxLimitRequestRatio?: Resources;
}

const STANDARD_TYPES: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Containers only: default from max; default request from default, then from min. */
function defaults(draft: Draft): void {
  for (const item of (draft.spec?.limits ?? []) as Item[]) {
    if (item.type !== 'Container') continue;
    const limits = sortKeys({ ...item.max, ...item.default });
    const requests = sortKeys({ ...item.min, ...limits, ...item.defaultRequest });
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

function validateType(errors: FieldErrors, path: string, type: string): void {
  const before = errors.list.length;
  validateLabelName(type, path, errors);
  if (errors.list.length === before && !type.includes('/') && !STANDARD_TYPES.has(type)) {
    errors.invalid(path, type, 'must be a standard limit type or fully qualified');
  }
}

function validateNames(errors: FieldErrors, path: string, type: string, resources: Resources | undefined): void {
  for (const name of Object.keys(resources ?? {})) {
    if (type === 'Pod' || type === 'Container') {
      validateResourceName(name, `${path}[${name}]`, errors);
      const standard = CONTAINER_RESOURCES.has(name) || name.startsWith('hugepages-');
      if (!name.includes('/') && !standard) {
        errors.invalid(`${path}[${name}]`, name, 'must be a standard resource for containers');
      }
    } else validateResourceName(name, `${path}[${name}]`, errors);
  }
}

/** The order of min, default request, default and max of one resource, and the ratio. */
function validateOrder(errors: FieldErrors, path: string, item: Item, name: string): void {
  const min = item.min?.[name];
  const max = item.max?.[name];
  const limit = item.default?.[name];
  const request = item.defaultRequest?.[name];
  const ratio = item.maxLimitRequestRatio?.[name];
  const above = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantity(a, b) > 0;
  if (above(min, max)) errors.invalid(`${path}.min[${name}]`, min, `min value ${min} is greater than max value ${max}`);
  const requestPath = `${path}.defaultRequest[${name}]`;
  if (above(min, request))
    errors.invalid(requestPath, request, `min value ${min} is greater than default request value ${request}`);
  if (above(request, max))
    errors.invalid(requestPath, request, `default request value ${request} is greater than max value ${max}`);
  if (above(request, limit)) {
    errors.invalid(
      requestPath,
      request,
      `default request value ${request} is greater than default limit value ${limit}`,
    );
  }
  if (above(min, limit))
    errors.invalid(`${path}.default[${name}]`, min, `min value ${min} is greater than default value ${limit}`);
  if (above(limit, max))
    errors.invalid(`${path}.default[${name}]`, max, `default value ${limit} is greater than max value ${max}`);
  if (ratio === undefined) return;
  if (compareQuantity(ratio, '1') < 0)
    errors.invalid(`${path}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`);
  if (min === undefined || max === undefined || quantityMilli(min) === 0) return;
  const widest = quantityMilli(max) / quantityMilli(min);
  if (quantityMilli(ratio) / 1000 > widest) {
    errors.invalid(
      `${path}.maxLimitRequestRatio[${name}]`,
      ratio,
      `ratio ${ratio} is greater than max/min = ${widest.toFixed(6)}`,
    );
  }
}

function validateItem(errors: FieldErrors, path: string, item: Item): void {
  validateNames(errors, `${path}.max`, item.type, item.max);
  validateNames(errors, `${path}.min`, item.type, item.min);
  validateNames(errors, `${path}.maxLimitRequestRatio`, item.type, item.maxLimitRequestRatio);
  if (item.type === 'Pod') {
    for (const field of ['default', 'defaultRequest'] as const) {
      if (Object.keys(item[field] ?? {}).length > 0) {
        errors.forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
      }
    }
  } else {
    validateNames(errors, `${path}.default`, item.type, item.default);
    validateNames(errors, `${path}.defaultRequest`, item.type, item.defaultRequest);
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    errors.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided');
  }
  const names = new Set(
    [item.max, item.min, item.maxLimitRequestRatio, item.default, item.defaultRequest].flatMap((r) =>
      Object.keys(r ?? {}),
    ),
  );
  for (const name of names) validateOrder(errors, path, item, name);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, item] of ((object.spec?.limits ?? []) as Item[]).entries()) {
    const path = `spec.limits[${i}]`;
    validateType(errors, `${path}.type`, item.type ?? '');
    if (seen.has(item.type)) errors.duplicate(`${path}.type`, item.type);
    seen.add(item.type);
    validateItem(errors, path, item);
  }
}

export const limitRange = defineKind({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  namespaced: true,
  createOnUpdate: true,
  defaults,
  create: { validate },
  update: { validate: (object, _old, errors) => validate(object, errors) },
  columns: [NAME, CREATED_AT],
});
