import { compareQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { notOneOf, validateAnnotations, validateDnsLabel, validateLabels } from './checks.ts';
import { validateClaimSpec } from './claim-spec.ts';
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './downward-api.ts';
import type { Json } from './json.ts';
import { validateNoBacksteps, validateUnreservedPath } from './paths.ts';
import type { VolumesByName } from './volume-mounts.ts';

type SourceCheck = (source: Json, field: string, errors: FieldErrors) => void;

const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';
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

function validateMode(mode: number | undefined, field: string, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(field, mode, MODE_RULE);
}

/** Those of `names` that the source leaves empty are reported as required. */
function requireFields(source: Json, names: readonly string[], field: string, errors: FieldErrors): void {
  for (const name of names) {
    const value = source[name];
    if (value === undefined || value === null || value.length === 0) errors.required(`${field}.${name}`);
  }
}

const requires =
  (...names: string[]): SourceCheck =>
  (source, field, errors) =>
    requireFields(source, names, field, errors);

function validateItems(items: readonly Json[] | undefined, field: string, errors: FieldErrors): void {
  for (let i = 0; i < (items?.length ?? 0); i++) {
    const item = items![i];
    requireFields(item, ['key', 'path'], `${field}[${i}]`, errors);
    if (item.path) validateUnreservedPath(item.path, `${field}[${i}].path`, errors);
    validateMode(item.mode, `${field}[${i}].mode`, errors);
  }
}

/** Upstream reports faults of these items at the volume, without their index. */
function validateDownwardItems(items: readonly Json[] | undefined, field: string, errors: FieldErrors): void {
  for (const { path = '', fieldRef, resourceFieldRef, mode } of items ?? []) {
    if (path === '') errors.required(`${field}.path`);
    else validateUnreservedPath(path, `${field}.path`, errors);
    if (fieldRef !== undefined) {
      validateFieldRef(fieldRef, VOLUME_FIELDS, `${field}.fieldRef`, errors);
      if (resourceFieldRef !== undefined) {
        errors.invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
      }
    } else if (resourceFieldRef !== undefined) {
      validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, true, errors);
    } else errors.required(field, 'one of fieldRef and resourceFieldRef is required');
    validateMode(mode, `${field}.mode`, errors);
  }
}

function validateEmptyDir(source: Json, field: string, errors: FieldErrors): void {
  if (source.sizeLimit !== undefined && compareQuantity(source.sizeLimit, '0') < 0) {
    errors.forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  }
}

function validateHostPath(source: Json, field: string, errors: FieldErrors): void {
  if ((source.path ?? '') === '') errors.required(`${field}.path`);
  else validateNoBacksteps(source.path, `${field}.path`, errors);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    notOneOf(`${field}.type`, source.type, HOST_PATH_TYPES, errors);
  }
}

function validateNfs(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['server', 'path'], field, errors);
  if (source.path && !source.path.startsWith('/')) {
    errors.invalid(`${field}.path`, source.path, 'must be an absolute path');
  }
}

function validateToken(token: Json, field: string, volume: string, errors: FieldErrors): void {
  const seconds: number = token.expirationSeconds ?? 3600;
  const at = `${field}.expirationSeconds`;
  if (seconds < 600) errors.invalid(at, seconds, 'may not specify a duration less than 10 minutes');
  else if (seconds > 2 ** 32) errors.invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds');
  if ((token.path ?? '') === '') errors.required(`${volume}.path`);
  else validateUnreservedPath(token.path, `${volume}.path`, errors);
}

const PROJECTIONS = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
];

/** Paths of one source, with the value that a complaint about a path names. */
function projectedPaths(type: string, part: Json): readonly (readonly [string, string])[] {
  if (type === 'serviceAccountToken' || type === 'clusterTrustBundle') return part.path ? [[part.path, part.path]] : [];
  return (part.items ?? []).map((item: Json) => [item.path ?? '', type === 'downwardAPI' ? item.path : part.name]);
}

function validateProjected(source: Json, field: string, errors: FieldErrors): void {
  validateMode(source.defaultMode, `${field}.defaultMode`, errors);
  const taken = new Set<string>();
  const sources: readonly Json[] = source.sources ?? [];
  for (let i = 0; i < sources.length; i++) {
    const at = `${field}.sources[${i}]`;
    let count = 0;
    for (const type of PROJECTIONS) {
      const part = sources[i][type];
      if (part === undefined) continue;
      count++;
      if (type === 'secret' || type === 'configMap') {
        if ((part.name ?? '') === '') errors.required(`${at}.${type}.name`);
        validateItems(part.items, `${at}.${type}.items`, errors);
      } else if (type === 'downwardAPI') validateDownwardItems(part.items, `${at}.downwardAPI`, errors);
      else if (type === 'serviceAccountToken') validateToken(part, `${at}.serviceAccountToken`, field, errors);
      for (const [path, value] of projectedPaths(type, part)) {
        if (path !== '' && taken.has(path)) errors.invalid(field, value ?? '', 'conflicting duplicate paths');
        taken.add(path);
      }
    }
    if (count > 1) errors.forbidden(at, 'may not specify more than 1 volume type per source');
  }
}

function validateEphemeral(source: Json, field: string, errors: FieldErrors): void {
  const template = source.volumeClaimTemplate;
  const at = `${field}.volumeClaimTemplate`;
  if (template === undefined) {
    errors.required(at);
    return;
  }
  validateLabels(template.metadata?.labels, `${at}.metadata.labels`, errors);
  validateAnnotations(template.metadata?.annotations, `${at}.metadata.annotations`, errors);
  validateClaimSpec(template.spec, `${at}.spec`, errors);
}

const validateKeyed =
  (name: string): SourceCheck =>
  (source, field, errors) => {
    requireFields(source, [name], field, errors);
    validateMode(source.defaultMode, `${field}.defaultMode`, errors);
    validateItems(source.items, `${field}.items`, errors);
  };

/** In upstream's order: of two sources the later one is the forbidden one. */
const SOURCES: readonly (readonly [string, SourceCheck])[] = [
  ['emptyDir', validateEmptyDir],
  ['hostPath', validateHostPath],
  ['gitRepo', requires('repository')],
  ['gcePersistentDisk', requires('pdName')],
  ['awsElasticBlockStore', requires('volumeID')],
  ['secret', validateKeyed('secretName')],
  ['nfs', validateNfs],
  ['iscsi', requires('targetPortal', 'iqn')],
  ['glusterfs', requires('endpoints', 'path')],
  ['flocker', () => {}],
  ['persistentVolumeClaim', requires('claimName')],
  ['rbd', requires('monitors', 'image')],
  ['cinder', requires('volumeID')],
  ['cephfs', requires('monitors')],
  ['quobyte', requires('registry', 'volume')],
  [
    'downwardAPI',
    (source, field, errors) => {
      validateMode(source.defaultMode, `${field}.defaultMode`, errors);
      validateDownwardItems(source.items, field, errors);
    },
  ],
  ['fc', () => {}],
  ['flexVolume', requires('driver')],
  ['configMap', validateKeyed('name')],
  ['azureFile', requires('secretName', 'shareName')],
  ['vsphereVolume', requires('volumePath')],
  ['photonPersistentDisk', requires('pdID')],
  ['portworxVolume', requires('volumeID')],
  ['azureDisk', requires('diskName', 'diskURI')],
  ['storageos', requires('volumeName')],
  ['projected', validateProjected],
  ['scaleIO', requires('gateway', 'system', 'secretRef', 'volumeName')],
  ['csi', requires('driver')],
  ['ephemeral', validateEphemeral],
  ['image', () => {}],
];

function validateVolume(volume: Json, field: string, errors: FieldErrors): void {
  let count = 0;
  let fields = 0;
  for (const _ in volume) fields++;
  for (const [type, check] of SOURCES) {
    const source = volume[type];
    if (source === undefined) continue;
    if (count++ > 0) errors.forbidden(`${field}.${type}`, 'may not specify more than 1 volume type');
    else check(source, `${field}.${type}`, errors);
    // Beside its name a volume has one source: nothing more to look for.
    if (fields <= 2) break;
  }
  if (count === 0) errors.required(field, 'must specify a volume type');
}

const NONE: VolumesByName = new Map();

/** spec.volumes; returns the faultless ones, for what refers to them. */
export function validateVolumes(
  volumes: readonly Json[] | undefined,
  field: string,
  errors: FieldErrors,
): VolumesByName {
  if (volumes === undefined || volumes.length === 0) return NONE;
  const byName = new Map<string, Json>();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i];
    const before = errors.list.length;
    validateVolume(volume, `${field}[${i}]`, errors);
    if ((volume.name ?? '') === '') errors.required(`${field}[${i}].name`);
    else validateDnsLabel(volume.name, `${field}[${i}].name`, errors);
    if (byName.has(volume.name)) errors.duplicate(`${field}[${i}].name`, volume.name);
    if (errors.list.length === before) byName.set(volume.name, volume);
  }
  return byName;
}
