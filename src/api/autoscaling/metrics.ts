import { pathSegment } from '../../base/names.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';

/** Field of a metric of each type. */
const FIELD: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const TYPES = Object.keys(FIELD);

const positive = (amount: string | undefined): boolean => amount !== undefined && compareQuantity(amount, '0') > 0;

/** `scaleTargetRef` and the object a metric describes. */
export function validateReference(reference: Json, field: string, errors: FieldErrors): void {
  for (const name of ['kind', 'name'] as const) {
    const value: string = reference?.[name] ?? '';
    if (value === '') errors.required(`${field}.${name}`);
    else invalidEach(pathSegment(value), `${field}.${name}`, value, errors);
  }
  const version: string = reference?.apiVersion ?? '';
  const slashes = version.split('/').length - 1;
  if (slashes > 1) errors.invalid(`${field}.apiVersion`, version, `unexpected GroupVersion string: ${version}`);
  else if (slashes === 0) errors.invalid(`${field}.apiVersion`, version, 'apiVersion must specify API group');
}

function validateTarget(target: Json, field: string, errors: FieldErrors): void {
  const { type = '', value, averageValue, averageUtilization: share } = target ?? {};
  if (type === '') errors.required(`${field}.type`, 'must specify a metric target type');
  else if (type !== 'Utilization' && type !== 'Value' && type !== 'AverageValue') {
    errors.invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue');
  }
  if (value !== undefined && !positive(value)) errors.invalid(`${field}.value`, value, 'must be positive');
  if (averageValue !== undefined && !positive(averageValue)) {
    errors.invalid(`${field}.averageValue`, averageValue, 'must be positive');
  }
  if (share !== undefined && share < 1) errors.invalid(`${field}.averageUtilization`, share, 'must be greater than 0');
}

function validateIdentifier(metric: Json, field: string, errors: FieldErrors): void {
  const name: string = metric?.name ?? '';
  if (name === '') errors.required(`${field}.name`, 'must specify a metric name');
  else invalidEach(pathSegment(name), `${field}.name`, name, errors);
}

function validateResource(source: Json, field: string, errors: FieldErrors): void {
  const { averageUtilization, averageValue } = source.target ?? {};
  validateTarget(source.target, `${field}.target`, errors);
  if (averageUtilization === undefined && averageValue === undefined) {
    const rule = 'must set either a target raw value or a target utilization';
    errors.required(`${field}.target.averageUtilization`, rule);
  } else if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.forbidden(`${field}.target.averageValue`, 'may not set both a target raw value and a target utilization');
  }
}

function validateExternal(source: Json, field: string, errors: FieldErrors): void {
  validateIdentifier(source.metric, `${field}.metric`, errors);
  validateTarget(source.target, `${field}.target`, errors);
  const { value, averageValue } = source.target ?? {};
  if (value === undefined && averageValue === undefined) {
    const rule = 'must set either a target value for metric or a per-pod target';
    errors.required(`${field}.target.averageValue`, rule);
  } else if (value !== undefined && averageValue !== undefined) {
    const rule = 'may not set both a target value for metric and a per-pod target';
    errors.forbidden(`${field}.target.value`, rule);
  }
}

function validateSource(type: string, source: Json, field: string, errors: FieldErrors): void {
  switch (type) {
    case 'Resource':
    case 'ContainerResource':
      if ((source.name ?? '') === '') errors.required(`${field}.name`, 'must specify a resource name');
      if (type === 'ContainerResource' && (source.container ?? '') === '') {
        errors.required(`${field}.container`, 'must specify a container');
      }
      validateResource(source, field, errors);
      break;
    case 'Pods':
      validateIdentifier(source.metric, `${field}.metric`, errors);
      validateTarget(source.target, `${field}.target`, errors);
      if (!positive(source.target?.averageValue)) {
        errors.required(`${field}.target.averageValue`, 'must specify a positive target averageValue');
      }
      break;
    case 'Object':
      validateReference(source.describedObject, `${field}.describedObject`, errors);
      validateIdentifier(source.metric, `${field}.metric`, errors);
      validateTarget(source.target, `${field}.target`, errors);
      if (source.target?.value === undefined && source.target?.averageValue === undefined) {
        errors.required(`${field}.target.averageValue`, 'must set either a target value or averageValue');
      }
      break;
    default:
      validateExternal(source, field, errors);
  }
}

function validateMetric(metric: Json, field: string, errors: FieldErrors): void {
  const type: string = metric.type ?? '';
  if (type === '') errors.required(`${field}.type`, 'must specify a metric source type');
  if (FIELD[type] === undefined) errors.notSupported(`${field}.type`, type, TYPES);
  const present = TYPES.filter((each) => metric[FIELD[each]!] !== undefined);
  if (present.length === 1) {
    validateSource(present[0]!, metric[FIELD[present[0]!]!], `${field}.${FIELD[present[0]!]}`, errors);
  }
  const expected = FIELD[type];
  if (expected !== undefined && metric[expected] === undefined) {
    errors.required(`${field}.${expected}`, 'must populate information for the given metric source');
  }
  if (present.length === 1) return;
  for (const each of present) {
    if (FIELD[each] !== expected) {
      errors.forbidden(`${field}.${FIELD[each]}`, 'must populate the given metric source only');
    }
  }
}

/** spec.metrics. Nothing but metrics from outside the pods can tell when to leave zero replicas. */
export function validateMetrics(spec: Json, errors: FieldErrors): void {
  const metrics: readonly Json[] = spec.metrics ?? [];
  for (let i = 0; i < metrics.length; i++) validateMetric(metrics[i], `spec.metrics[${i}]`, errors);
  if (spec.minReplicas !== 0) return;
  if (metrics.some((metric) => metric.type === 'Object' || metric.type === 'External')) return;
  const rule = 'must specify at least one Object or External metric to support scaling to zero replicas';
  errors.forbidden('spec.metrics', rule);
}

/** Metrics shown before the rest is only counted. */
const SHOWN = 2;

function metricText(metric: Json, current: Json): string {
  const field = FIELD[metric.type];
  if (field === undefined) return '<unknown type>';
  const target = metric[field]?.target ?? {};
  const now = current?.[field]?.current ?? {};
  if (metric.type === 'Resource' || metric.type === 'ContainerResource') {
    const name: string = metric[field].name;
    if (target.averageValue !== undefined) return `${name}: ${now.averageValue ?? '<unknown>'}/${target.averageValue}`;
    const wanted = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
    return `${name}: ${now.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`}/${wanted}`;
  }
  if (metric.type === 'Pods') return `${now.averageValue ?? '<unknown>'}/${target.averageValue}`;
  if (target.averageValue !== undefined) return `${now.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${now.value ?? '<unknown>'}/${target.value}`;
}

/** `cpu: 12%/50%, <unknown>/3 + 1 more...`: what is measured, of what is aimed at. */
export function targetsText(spec: Json, status: Json): string {
  const metrics: readonly Json[] = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, SHOWN).map((metric, i) => metricText(metric, status?.currentMetrics?.[i]));
  const more = metrics.length - SHOWN;
  return more > 0 ? `${texts.join(', ')} + ${more} more...` : texts.join(', ');
}
