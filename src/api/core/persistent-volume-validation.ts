import { compareQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { validateNodeSelector } from '../shared/affinity.ts';
import { validateDnsLabel } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';
import { validateNoBacksteps } from '../shared/paths.ts';
import { validateResourceName, validateSubdomain } from '../shared/validation.ts';
import {
  requireFields,
  requires,
  type SourceCheck,
  validateAzureDisk,
  validateCinder,
  validateDisk,
  validateDriverName,
  validateFc,
  validateFlexVolume,
  validateFlocker,
  validateHostPath,
  validateIscsi,
  validateNfs,
  validateQuobyte,
  validateStorageOs,
} from '../shared/volume-sources.ts';

const ACCESS_MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];

function validateSecretRef(ref: Json, field: string, errors: FieldErrors): void {
  if (ref === undefined) return;
  const { name = '', namespace = '' } = ref;
  if (name === '') errors.required(`${field}.name`);
  else validateSubdomain(name, `${field}.name`, errors);
  if (namespace === '') errors.required(`${field}.namespace`);
  else validateDnsLabel(namespace, `${field}.namespace`, errors);
}

function validateCsi(source: Json, field: string, errors: FieldErrors): void {
  validateDriverName(source.driver ?? '', `${field}.driver`, errors);
  requireFields(source, ['volumeHandle'], field, errors);
  for (const name of ['controllerPublish', 'controllerExpand', 'nodePublish', 'nodeExpand']) {
    validateSecretRef(source[`${name}SecretRef`], `${field}.${name}SecretRef`, errors);
  }
}

function validateGlusterfs(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['endpoints', 'path'], field, errors);
  const namespace: string | undefined = source.endpointsNamespace;
  const at = `${field}.endpointsNamespace`;
  if (namespace === '') {
    errors.invalid(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name');
  } else if (namespace !== undefined) validateDnsLabel(namespace, at, errors);
}

function validateAzureFile(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['secretName', 'shareName'], field, errors);
  if (source.secretNamespace === '') errors.required(`${field}.secretNamespace`);
}

/** Every source a volume can have, in upstream's order, with what it must hold. */
const SOURCES: Readonly<Record<string, SourceCheck>> = {
  hostPath: validateHostPath,
  gcePersistentDisk: validateDisk('pdName'),
  awsElasticBlockStore: validateDisk('volumeID'),
  glusterfs: validateGlusterfs,
  flocker: validateFlocker,
  nfs: validateNfs,
  rbd: requires('monitors', 'image'),
  quobyte: validateQuobyte,
  cephfs: requires('monitors'),
  iscsi: validateIscsi(false),
  cinder: validateCinder(['name', 'namespace']),
  fc: validateFc,
  flexVolume: validateFlexVolume,
  azureFile: validateAzureFile,
  vsphereVolume: requires('volumePath'),
  photonPersistentDisk: requires('pdID'),
  portworxVolume: requires('volumeID'),
  azureDisk: validateAzureDisk,
  scaleIO: requires('gateway', 'system', 'volumeName'),
  local(source, field, errors) {
    requireFields(source, ['path'], field, errors);
    if ((source.path ?? '') !== '') validateNoBacksteps(source.path, `${field}.path`, errors);
  },
  storageos: validateStorageOs(['name', 'namespace']),
  csi: validateCsi,
};
/** Where upstream's errors name a source otherwise than its field: of its own faults, and of one source too many. */
const OWN_PATH: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' };
const SECOND_PATH: Readonly<Record<string, string>> = { cephfs: 'cephFS' };

/** The part of a volume's spec that names where the data is. */
export function volumeSource(spec: Json): Json {
  const out: Json = {};
  for (const name of Object.keys(SOURCES)) if (spec[name] !== undefined) out[name] = spec[name];
  return out;
}

function validateSources(spec: Json, errors: FieldErrors): void {
  const given = Object.keys(volumeSource(spec));
  for (const [i, name] of given.entries()) {
    if (i > 0) {
      errors.forbidden(`spec.${SECOND_PATH[name] ?? name}`, 'may not specify more than 1 volume type');
      continue;
    }
    SOURCES[name]!(spec[name], `spec.${OWN_PATH[name] ?? name}`, errors);
    if (name === 'local' && spec.nodeAffinity === undefined) {
      errors.required('spec.nodeAffinity', 'Local volume requires node affinity');
    }
  }
  if (given.length === 0) errors.required('spec', 'must specify a volume type');
}

function validateModes(modes: readonly string[], errors: FieldErrors): void {
  const field = 'spec.accessModes';
  if (modes.length === 0) errors.required(field);
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.notSupported(field, mode, ACCESS_MODES);
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  ) {
    errors.forbidden(field, 'may not use ReadWriteOncePod with other access modes');
  }
}

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined, errors: FieldErrors): void {
  const field = 'spec.capacity';
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.required(field);
  if (names.length !== 1 || names[0] !== 'storage') errors.notSupported(field, capacity ?? null, ['storage']);
  for (const [name, value] of Object.entries(capacity ?? {})) {
    validateResourceName(name, `${field}[${name}]`, errors);
    if (compareQuantity(value, '0') <= 0) errors.invalid(`${field}[${name}]`, value, 'must be greater than zero');
  }
}

export function validateVolumeAffinity(affinity: Json, errors: FieldErrors): void {
  if (affinity === undefined) return;
  const field = 'spec.nodeAffinity.required';
  if (affinity.required === undefined) errors.required(field, 'must specify required node constraints');
  else validateNodeSelector(affinity.required, field, errors);
}

/** A PersistentVolume's spec, in upstream's order. */
export function validateVolume(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  validateModes(spec.accessModes ?? [], errors);
  validateCapacity(spec.capacity, errors);
  const reclaim: string = spec.persistentVolumeReclaimPolicy ?? '';
  const reclaimField = 'spec.persistentVolumeReclaimPolicy';
  if (reclaim !== '' && !RECLAIM_POLICIES.includes(reclaim))
    errors.notSupported(reclaimField, reclaim, RECLAIM_POLICIES);
  validateVolumeAffinity(spec.nodeAffinity, errors);
  validateSources(spec, errors);
  if (reclaim === 'Recycle' && spec.hostPath !== undefined && /^\/+$/.test(spec.hostPath.path ?? '')) {
    errors.forbidden(reclaimField, "may not be 'recycle' for a hostPath mount of '/'");
  }
  if ((spec.storageClassName ?? '') !== '') validateSubdomain(spec.storageClassName, 'spec.storageClassName', errors);
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode)) {
    errors.notSupported('spec.volumeMode', spec.volumeMode, VOLUME_MODES);
  }
  const attributes: string | undefined = spec.volumeAttributesClassName;
  if (attributes === undefined) return;
  const field = 'spec.volumeAttributesClassName';
  if (attributes === '') errors.required(field, 'an empty string is disallowed');
  else validateSubdomain(attributes, field, errors);
  if (spec.csi === undefined) errors.required('spec.csi', 'has to be specified when using volumeAttributesClassName');
}
