import { deepEqual } from '../../base/json.ts';
import { dns1123Subdomain } from '../../base/names.ts';
import { compareQuantity, quantityMilli } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from './checks.ts';
import type { Json } from './json.ts';
import { validateLabelSelector } from './label-selector.ts';

const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Fills what a claim spec leaves out; also of claim templates. */
export function defaultClaimSpec(spec: Json): void {
  if ((spec.volumeMode ?? '') === '') spec.volumeMode = 'Filesystem';
}

function validateAccessModes(modes: readonly string[], field: string, errors: FieldErrors): void {
  let exclusive = false;
  let shared = false;
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) errors.notSupported(field, mode, ACCESS_MODES);
    if (mode === 'ReadWriteOncePod') exclusive = true;
    else if (ACCESS_MODES.includes(mode)) shared = true;
  }
  if (exclusive && shared) errors.forbidden(field, 'may not use ReadWriteOncePod with other access modes');
}

function validateSource(source: Json, field: string, errors: FieldErrors): void {
  if ((source.name ?? '') === '') errors.required(`${field}.name`);
  if ((source.kind ?? '') === '') errors.required(`${field}.kind`);
  const group: string = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    errors.invalid(field, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (group !== '') invalidEach(dns1123Subdomain(group), `${field}.apiGroup`, group, errors);
}

/**
 * PersistentVolumeClaimSpec of a new claim, a claim template of a StatefulSet, or an ephemeral volume.
 * `field`: where the spec stands, as `spec`.
 */
export function validateClaimSpec(spec: Json, field: string, errors: FieldErrors): void {
  const modes: readonly string[] = spec?.accessModes ?? [];
  if (modes.length === 0) errors.required(`${field}.accessModes`, 'at least 1 access mode is required');
  validateLabelSelector(spec?.selector, `${field}.selector`, errors);
  validateAccessModes(modes, `${field}.accessModes`, errors);
  const storage = spec?.resources?.requests?.storage;
  const atStorage = `${field}.resources[storage]`;
  if (storage === undefined) errors.required(atStorage);
  else if (compareQuantity(storage, '0') <= 0) errors.invalid(atStorage, storage, 'must be greater than zero');
  if ((spec?.storageClassName ?? '') !== '') {
    const at = `${field}.storageClassName`;
    invalidEach(dns1123Subdomain(spec.storageClassName), at, spec.storageClassName, errors);
  }
  const mode = spec?.volumeMode;
  if (mode !== undefined && mode !== 'Block' && mode !== 'Filesystem') {
    errors.notSupported(`${field}.volumeMode`, mode, ['Block', 'Filesystem']);
  }
  if (spec?.dataSource !== undefined) validateSource(spec.dataSource, `${field}.dataSource`, errors);
  const ref = spec?.dataSourceRef;
  if (ref !== undefined) validateSource(ref, `${field}.dataSourceRef`, errors);
  if (spec?.dataSource !== undefined && ref !== undefined && !deepEqual(spec.dataSource, ref)) {
    // Upstream hands a path in the place of the value, which prints as an empty object.
    errors.invalid(field, {}, 'must match dataSourceRef');
  }
  if ((spec?.volumeAttributesClassName ?? '') !== '') {
    const at = `${field}.volumeAttributesClassName`;
    invalidEach(dns1123Subdomain(spec.volumeAttributesClassName), at, spec.volumeAttributesClassName, errors);
  }
}

/** What is said of sizes that are no whole number of bytes. `field`: where the spec stands. */
export function claimSizeWarnings(spec: Json, field: string): readonly string[] {
  const out: string[] = [];
  for (const list of ['requests', 'limits'] as const) {
    const size: string | undefined = spec?.resources?.[list]?.storage;
    if (size === undefined || quantityMilli(size) % 1000 === 0) continue;
    out.push(`${field}.resources.${list}[storage]: fractional byte value "${size}" is invalid, must be an integer`);
  }
  return out;
}
