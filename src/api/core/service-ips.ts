import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { parseIp } from '../shared/cidr.ts';
import { validateIp } from '../shared/ip.ts';
import { isHeadless } from './service-types.ts';

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['SingleStack', 'PreferDualStack', 'RequireDualStack'];

function validateFamilies(families: readonly string[], errors: FieldErrors): void {
  for (const [i, family] of families.entries()) {
    const field = `spec.ipFamilies[${i}]`;
    if (!FAMILIES.includes(family)) errors.notSupported(field, family, FAMILIES);
    if (families.indexOf(family) < i) errors.duplicate(field, family);
  }
}

/** Addresses alone; false when one is bad, so that no errors about families follow from it. */
function validateAddresses(addresses: readonly string[], errors: FieldErrors): boolean {
  const before = errors.list.length;
  for (const [i, address] of addresses.entries()) {
    if (i > 0 || address !== 'None') validateIp(address, `spec.clusterIPs[${i}]`, errors);
    else if (addresses.length > 1)
      errors.invalid('spec.clusterIPs', addresses, "'None' must be the first and only value");
  }
  const bad = errors.list.length > before;
  if (addresses.length > 2) errors.invalid('spec.clusterIPs', addresses, 'may only hold up to 2 values');
  return !bad;
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy of one Service, and that they agree. */
export function validateClusterIpFields(object: KubeObject, errors: FieldErrors): void {
  const { spec } = object;
  const addresses: readonly string[] = spec.clusterIPs ?? [];
  const families: readonly string[] = spec.ipFamilies ?? [];
  if (spec.type === 'ExternalName') return;
  if ((addresses[0] ?? '') !== (spec.clusterIP ?? '')) {
    if (addresses.length === 0) errors.required('spec.clusterIPs');
    else errors.invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`');
  }
  validateFamilies(families, errors);
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy)) {
    errors.notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, POLICIES);
  }
  if (!validateAddresses(addresses, errors)) return;
  if (addresses.length > 1 && new Set(addresses.map((text) => parseIp(text)?.family)).size < addresses.length) {
    errors.invalid('spec.clusterIPs', addresses, 'may specify no more than one IP for each IP family');
  }
  if (isHeadless(object)) return;
  for (const [i, address] of addresses.entries()) {
    const family = families[i];
    if (family === undefined || parseIp(address)?.family === family) continue;
    errors.invalid(
      `spec.clusterIPs[${i}]`,
      address,
      `expected an ${family} value as indicated by \`ipFamilies[${i}]\``,
    );
  }
}

/** Addresses and families once given stay; only a second one may come or go. */
export function validateClusterIpChange(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  if (object.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return;
  if (isHeadless(object) && isHeadless(old)) return;
  const now: readonly string[] = object.spec.clusterIPs ?? [];
  const before: readonly string[] = old.spec.clusterIPs ?? [];
  if (before.length > 0 && now.length === 0) {
    errors.invalid('spec.clusterIPs[0]', now, 'primary clusterIP can not be unset');
  }
  for (let i = 0; i < Math.min(now.length, before.length); i++) {
    if (now[i] !== before[i]) errors.invalid(`spec.clusterIPs[${i}]`, now, 'may not change once set');
  }
  const primary = object.spec.ipFamilies?.[0];
  const oldPrimary = old.spec.ipFamilies?.[0];
  if (oldPrimary !== undefined && primary !== undefined && primary !== oldPrimary) {
    errors.invalid('spec.ipFamilies[0]', object.spec.ipFamilies, 'may not change once set');
  }
}
