import type { FieldErrors } from '../../schema/field-errors.ts';
import { notOneOf } from './checks.ts';
import type { Json } from './json.ts';
import { hasBacksteps, validateDescendingPath } from './paths.ts';

/** Volumes a container may use, by name, with their source. */
export type VolumesByName = ReadonlyMap<string, Json>;

function validatePropagation(mount: Json, container: Json, field: string, errors: FieldErrors): void {
  const mode = mount.mountPropagation;
  if (mode !== 'None' && mode !== 'HostToContainer' && mode !== 'Bidirectional') {
    notOneOf(field, mode, ['Bidirectional', 'HostToContainer', 'None'], errors);
  } else if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.forbidden(field, 'Bidirectional mount propagation is available only to privileged containers');
  }
}

function validateRecursiveReadOnly(mount: Json, field: string, errors: FieldErrors): void {
  const mode = mount.recursiveReadOnly;
  const at = `${field}.recursiveReadOnly`;
  if (mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    notOneOf(at, mode, ['Disabled', 'IfPossible', 'Enabled'], errors);
    return;
  }
  if (mount.readOnly !== true) errors.forbidden(at, 'may only be specified when readOnly is true');
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.forbidden(at, 'may only be specified when mountPropagation is None or not specified');
  }
}

/** volumeMounts of a container against the pod's volumes. */
export function validateVolumeMounts(
  container: Json,
  volumes: VolumesByName,
  field: string,
  errors: FieldErrors,
): void {
  const mounts: readonly Json[] = container.volumeMounts;
  const devices: readonly Json[] = container.volumeDevices ?? [];
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i];
    const name: string = mount.name ?? '';
    const path: string = mount.mountPath ?? '';
    if (name === '') errors.required(`${field}[${i}].name`);
    if (!volumes.has(name)) errors.add('notFound', `${field}[${i}].name`, name);
    if (path === '') errors.required(`${field}[${i}].mountPath`);
    for (let j = 0; j < i; j++) {
      if ((mounts[j].mountPath ?? '') !== path) continue;
      errors.invalid(`${field}[${i}].mountPath`, path, 'must be unique');
      break;
    }
    for (const device of devices) {
      if (device.name === name) errors.invalid(`${field}[${i}].name`, name, 'must not already exist in volumeDevices');
      if (device.devicePath === path) {
        errors.invalid(`${field}[${i}].mountPath`, path, 'must not already exist as a path in volumeDevices');
      }
    }
    if ((mount.subPath ?? '') !== '') validateDescendingPath(mount.subPath, `${field}.subPath`, errors);
    if ((mount.subPathExpr ?? '') !== '') {
      if ((mount.subPath ?? '') !== '') {
        const at = `${field}[${i}].subPathExpr`;
        errors.invalid(at, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      }
      validateDescendingPath(mount.subPathExpr, `${field}.subPathExpr`, errors);
    }
    if (mount.mountPropagation !== undefined) {
      validatePropagation(mount, container, `${field}.mountPropagation`, errors);
    }
    if (mount.recursiveReadOnly !== undefined) validateRecursiveReadOnly(mount, field, errors);
  }
}

/** volumeDevices: raw block volumes. */
export function validateVolumeDevices(
  container: Json,
  volumes: VolumesByName,
  field: string,
  errors: FieldErrors,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts: readonly Json[] = container.volumeMounts ?? [];
  const devices: readonly Json[] = container.volumeDevices;
  for (let i = 0; i < devices.length; i++) {
    const name: string = devices[i].name ?? '';
    const path: string = devices[i].devicePath ?? '';
    const atName = `${field}[${i}].name`;
    const atPath = `${field}[${i}].devicePath`;
    const source = volumes.get(name);
    if (name === '') errors.required(atName);
    if (names.has(name)) errors.invalid(atName, name, 'must be unique');
    if (source === undefined) errors.add('notFound', atName, name);
    else if (source.persistentVolumeClaim === undefined && source.ephemeral === undefined) {
      const rule = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.invalid(atName, name, rule);
    }
    if (path === '') errors.required(atPath);
    if (paths.has(path)) errors.invalid(atPath, path, 'must be unique');
    if (hasBacksteps(path)) errors.invalid(atPath, path, "can not contain backsteps ('..')");
    else paths.add(path);
    if (mounts.some((mount) => mount.name === name)) {
      errors.invalid(atName, name, 'must not already exist in volumeMounts');
    }
    if (mounts.some((mount) => mount.mountPath === path)) {
      errors.invalid(atPath, path, 'must not already exist as a path in volumeMounts');
    }
    if (name !== '') names.add(name);
  }
}
