import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, notOneOf, validateDnsLabel } from './checks.ts';
import type { Json } from './json.ts';
import { validateDescendingPath, validateNoBacksteps } from './paths.ts';

/** Checks what one source of a volume holds; `field` is where the source stands. */
export type SourceCheck = (source: Json, field: string, errors: FieldErrors) => void;

const HOST_PATH_TYPES: readonly string[] = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const DRIVER_NAME_BYTES = 63;
const BYTE_RANGE = 'must be between 0 and 255, inclusive';
// The text names a range that the check does not have: 0 is allowed.
const PARTITION_RANGE = 'must be between 1 and 255, inclusive';
const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';
const INITIATOR: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
};

/** Those of `names` that the source leaves empty are reported as required. */
export function requireFields(source: Json, names: readonly string[], field: string, errors: FieldErrors): void {
  for (const name of names) {
    const value = source[name];
    if (value === undefined || value === null || value.length === 0) errors.required(`${field}.${name}`);
  }
}

export const requires =
  (...names: readonly string[]): SourceCheck =>
  (source, field, errors) =>
    requireFields(source, names, field, errors);

export function validateHostPath(source: Json, field: string, errors: FieldErrors): void {
  if ((source.path ?? '') === '') {
    errors.required(`${field}.path`);
    return;
  }
  validateNoBacksteps(source.path, `${field}.path`, errors);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    notOneOf(`${field}.type`, source.type, HOST_PATH_TYPES, errors);
  }
}

export function validateGitRepo(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['repository'], field, errors);
  validateDescendingPath(source.directory ?? '', `${field}.directory`, errors);
}

/** A disk of a cloud, by the name of the field that identifies it. */
export const validateDisk =
  (id: string): SourceCheck =>
  (source, field, errors) => {
    requireFields(source, [id], field, errors);
    const partition: number = source.partition ?? 0;
    if (partition < 0 || partition > 255) errors.invalid(`${field}.partition`, partition, PARTITION_RANGE);
  };

export function validateNfs(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['server', 'path'], field, errors);
  const path: string = source.path ?? '';
  if (!path.startsWith('/')) errors.invalid(`${field}.path`, path, 'must be an absolute path');
}

/** A name of an initiator or a target; `unknown`: what is said of one with none of the three prefixes. */
function validateInitiator(name: string, field: string, unknown: string, errors: FieldErrors): void {
  const format = INITIATOR[name.slice(0, 3)];
  if (format === undefined) errors.invalid(field, name, unknown);
  else if (!format.test(name)) errors.invalid(field, name, 'must be valid format');
}

/** iSCSI of a pod's volume (`prefixes`: its texts name the three prefixes) or of a PersistentVolume. */
export const validateIscsi =
  (prefixes: boolean): SourceCheck =>
  (source, field, errors) => {
    const { iqn = '', lun = 0, initiatorName } = source;
    const unknown = prefixes ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format';
    requireFields(source, ['targetPortal'], field, errors);
    if (iqn === '') errors.required(`${field}.iqn`);
    else validateInitiator(iqn, `${field}.iqn`, unknown, errors);
    if (lun < 0 || lun > 255) errors.invalid(`${field}.lun`, lun, BYTE_RANGE);
    if ((source.chapAuthDiscovery || source.chapAuthSession) && source.secretRef === undefined) {
      errors.required(`${field}.secretRef`);
    }
    if (initiatorName !== undefined) validateInitiator(initiatorName, `${field}.initiatorname`, unknown, errors);
  };

export function validateFlocker(source: Json, field: string, errors: FieldErrors): void {
  const { datasetName = '', datasetUUID = '' } = source;
  if (datasetName === '' && datasetUUID === '') {
    errors.required(field, 'one of datasetName and datasetUUID is required');
  }
  if (datasetName !== '' && datasetUUID !== '') {
    errors.invalid(field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  }
  if (datasetName.includes('/')) errors.invalid(`${field}.datasetName`, datasetName, "must not contain '/'");
}

const isHostPort = (text: string): boolean => /^(\[[^[\]]*\]|[^[\]:]*):[^[\]:]*$/.test(text);

export function validateQuobyte(source: Json, field: string, errors: FieldErrors): void {
  const { registry = '', tenant = '' } = source;
  if (registry === '') errors.required(`${field}.registry`, REGISTRY);
  else if (tenant.length >= 65) {
    errors.required(`${field}.tenant`, 'must be a UUID and may not exceed a length of 64 characters');
  } else {
    for (const pair of registry.split(',')) {
      if (!isHostPort(pair)) errors.invalid(`${field}.registry`, registry, REGISTRY);
    }
  }
  requireFields(source, ['volume'], field, errors);
}

export function validateFc(source: Json, field: string, errors: FieldErrors): void {
  const { targetWWNs = [], wwids = [], lun } = source;
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.required(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both');
  }
  if (targetWWNs.length > 0 && wwids.length > 0) {
    const rule = 'targetWWNs and wwids can not be specified simultaneously';
    errors.invalid(`${field}.targetWWNs`, targetWWNs, rule);
  }
  if (targetWWNs.length === 0) return;
  if (lun === undefined) errors.required(`${field}.lun`, 'lun is required if targetWWNs is specified');
  else if (lun < 0 || lun > 255) errors.invalid(`${field}.lun`, lun, BYTE_RANGE);
}

export function validateFlexVolume(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['driver'], field, errors);
  for (const key in source.options) {
    const owner = `.${key.split('/', 1)[0]!.toLowerCase()}`;
    if (!owner.endsWith('.kubernetes.io') && !owner.endsWith('.k8s.io')) continue;
    errors.invalid(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved');
  }
}

export function validateAzureDisk(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['diskName', 'diskURI'], field, errors);
  const { cachingMode, kind, diskURI = '' } = source;
  const modes = ['None', 'ReadOnly', 'ReadWrite'];
  if (cachingMode !== undefined && !modes.includes(cachingMode)) {
    notOneOf(`${field}.cachingMode`, cachingMode, modes, errors);
  }
  if (kind === undefined) return;
  const kinds = ['Dedicated', 'Managed', 'Shared'];
  if (!kinds.includes(kind)) notOneOf(`${field}.kind`, kind, kinds, errors);
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    const form = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
    notOneOf(`${field}.diskURI`, diskURI, [form], errors);
  }
  if (kind !== 'Managed' && !diskURI.startsWith('https://')) {
    const form = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
    notOneOf(`${field}.diskURI`, diskURI, [form], errors);
  }
}

/** Cinder and StorageOS name a Secret, of which these fields must be there. */
function requireSecret(source: Json, names: readonly string[], field: string, errors: FieldErrors): void {
  if (source.secretRef !== undefined) requireFields(source.secretRef, names, `${field}.secretRef`, errors);
}

/** `secret`: what a reference to a Secret must hold. */
export const validateCinder =
  (secret: readonly string[]): SourceCheck =>
  (source, field, errors) => {
    requireFields(source, ['volumeID'], field, errors);
    requireSecret(source, secret, field, errors);
  };

/** `secret`: what a reference to a Secret must hold. */
export const validateStorageOs =
  (secret: readonly string[]): SourceCheck =>
  (source, field, errors) => {
    const { volumeName = '', volumeNamespace = '' } = source;
    if (volumeName === '') errors.required(`${field}.volumeName`);
    else validateDnsLabel(volumeName, `${field}.volumeName`, errors);
    if (volumeNamespace !== '') validateDnsLabel(volumeNamespace, `${field}.volumeNamespace`, errors);
    requireSecret(source, secret, field, errors);
  };

/** Name of a CSI driver: a domain name of at most 63 characters, in whatever case. */
export function validateDriverName(name: string, field: string, errors: FieldErrors): void {
  if (name === '') {
    errors.required(field);
    return;
  }
  if (name.length > DRIVER_NAME_BYTES) errors.tooLong(field, DRIVER_NAME_BYTES);
  invalidEach(dns1123Subdomain(name.toLowerCase()), field, name, errors);
}
