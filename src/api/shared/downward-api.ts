import { qualifiedName } from '../../base/names.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from './checks.ts';
import type { Json } from './json.ts';

export const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const POD_FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const RESOURCES: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const CPU_DIVISORS: readonly string[] = ['1m', '1'];
const BYTE_DIVISORS: readonly string[] = '1,1k,1M,1G,1T,1P,1E,1Ki,1Mi,1Gi,1Ti,1Pi,1Ei'.split(',');
const SUBSCRIPT = /^(.*)\['(.*)'\]$/s;

/** ObjectFieldSelector of an environment variable or a downward API file. */
export function validateFieldRef(ref: Json, allowed: readonly string[], field: string, errors: FieldErrors): void {
  const version: string = ref.apiVersion ?? '';
  const path: string = ref.fieldPath ?? '';
  if (version === '') {
    errors.required(`${field}.apiVersion`);
    return;
  }
  if (path === '') {
    errors.required(`${field}.fieldPath`);
    return;
  }
  const cannot = (why: string) => errors.invalid(`${field}.fieldPath`, path, `error converting fieldPath: ${why}`);
  if (version !== 'v1') {
    cannot(`unsupported pod version: ${version}`);
    return;
  }
  if (allowed.includes(path)) return;
  const subscript = SUBSCRIPT.exec(path);
  if (subscript !== null) {
    const [, base, key = ''] = subscript;
    if (base !== 'metadata.annotations' && base !== 'metadata.labels') {
      cannot(`field label does not support subscript: ${path}`);
      return;
    }
    invalidEach(qualifiedName(base === 'metadata.annotations' ? key.toLowerCase() : key), field, key, errors);
    return;
  }
  if (path === 'spec.host' && allowed.includes('spec.nodeName')) return;
  if (!POD_FIELDS.has(path)) {
    cannot(`field label not supported: ${path}`);
    return;
  }
  errors.notSupported(`${field}.fieldPath`, path, allowed);
}

function divisorRule(resource: string): { readonly divisors: readonly string[]; readonly what: string } {
  if (resource.endsWith('.cpu')) return { divisors: CPU_DIVISORS, what: 'cpu' };
  if (resource.endsWith('.memory')) return { divisors: BYTE_DIVISORS, what: 'memory' };
  if (resource.endsWith('.ephemeral-storage')) return { divisors: BYTE_DIVISORS, what: 'local ephemeral storage' };
  return { divisors: BYTE_DIVISORS, what: 'hugepages' };
}

/** ResourceFieldSelector; in a volume it must name its container. */
export function validateResourceFieldRef(ref: Json, field: string, inVolume: boolean, errors: FieldErrors): void {
  const resource: string = ref.resource ?? '';
  if (inVolume && (ref.containerName ?? '') === '') errors.required(`${field}.containerName`);
  else if (resource === '') errors.required(`${field}.resource`);
  else if (!RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    errors.notSupported(`${field}.resource`, resource, RESOURCES);
  }
  const divisor = ref.divisor;
  if (divisor === undefined || divisor === '0' || compareQuantity(String(divisor), '0') === 0) return;
  const { divisors, what } = divisorRule(resource);
  if (!divisors.includes(String(divisor))) {
    const list = what === 'cpu' ? '1m and 1' : divisors.join(', ');
    errors.invalid(
      `${field}.divisor`,
      resource,
      `only divisor's values ${list} are supported with the ${what} resource`,
    );
  }
}
