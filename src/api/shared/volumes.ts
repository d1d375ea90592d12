import { dns1123Subdomain } from '../../base/names.ts';
import { compareQuantity } from '../../base/quantity.ts';
import { type FieldErrors, quote } from '../../schema/field-errors.ts';
import { invalidEach, notOneOf, validateAnnotations, validateDnsLabel, validateLabels } from './checks.ts';
import { validateClaimSpec } from './claim-spec.ts';
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './downward-api.ts';
import { internalValue } from './internal-form.ts';
import type { Json } from './json.ts';
import { validateLabelSelector } from './label-selector.ts';
import { validateUnreservedPath } from './paths.ts';
import type { VolumesByName } from './volume-mounts.ts';
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
  validateGitRepo,
  validateHostPath,
  validateIscsi,
  validateNfs,
  validateQuobyte,
  validateStorageOs,
} from './volume-sources.ts';

const TRUST_BUNDLE = 'io.k8s.api.core.v1.ClusterTrustBundleProjection';
const PULL_POLICIES: readonly string[] = ['Always', 'IfNotPresent', 'Never'];
const SESSION_TOO_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';

function validateMode(mode: number | undefined, field: string, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(field, mode, MODE_RULE);
}

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

function validateToken(token: Json, field: string, volume: string, errors: FieldErrors): void {
  const seconds: number = token.expirationSeconds ?? 3600;
  const at = `${field}.expirationSeconds`;
  if (seconds < 600) errors.invalid(at, seconds, 'may not specify a duration less than 10 minutes');
  else if (seconds > 2 ** 32) errors.invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds');
  if ((token.path ?? '') === '') errors.required(`${volume}.path`);
  else validateUnreservedPath(token.path, `${volume}.path`, errors);
}

function validateTrustBundle(source: Json, field: string, errors: FieldErrors): void {
  const { name, signerName, labelSelector, path = '' } = source;
  if (name !== undefined && signerName !== undefined) {
    errors.invalid(field, internalValue(TRUST_BUNDLE, source), 'only one of name and signerName may be used');
  } else if (name !== undefined) {
    if (name === '') errors.required(`${field}.name`, 'must be a valid object name');
    const messages = dns1123Subdomain(name.slice(name.lastIndexOf(':') + 1));
    for (const message of messages) {
      errors.invalid(`${field}.name`, name, `not a valid clustertrustbundlename: ${message}`);
    }
    if (labelSelector !== undefined) {
      errors.invalid(`${field}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified');
    }
  } else if (signerName !== undefined) {
    if (signerName === '') errors.required(`${field}.signerName`, 'must be a valid signer name');
    validateLabelSelector(labelSelector, `${field}.labelSelector`, errors);
  } else errors.required(field, 'either name or signerName must be specified');
  if (path === '') errors.required(`${field}.path`);
  validateUnreservedPath(path, `${field}.path`, errors);
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
      else if (type === 'clusterTrustBundle') validateTrustBundle(part, `${at}.clusterTrustBundle`, errors);
      for (const [path, value] of projectedPaths(type, part)) {
        if (path !== '' && taken.has(path)) errors.invalid(field, value ?? '', 'conflicting duplicate paths');
        taken.add(path);
      }
    }
    if (count > 1) errors.forbidden(at, 'may not specify more than 1 volume type per source');
  }
}

const CLAIM_METADATA: ReadonlySet<string> = new Set(['annotations', 'labels']);

function validateEphemeral(source: Json, field: string, errors: FieldErrors): void {
  const template = source.volumeClaimTemplate;
  const at = `${field}.volumeClaimTemplate`;
  if (template === undefined) {
    errors.required(at);
    return;
  }
  validateAnnotations(template.metadata?.annotations, `${at}.metadata.annotations`, errors);
  validateLabels(template.metadata?.labels, `${at}.metadata.labels`, errors);
  for (const name in template.metadata) {
    if (!CLAIM_METADATA.has(name)) errors.forbidden(`${at}.metadata.${name}`, 'cannot be set');
  }
  validateClaimSpec(template.spec, `${at}.spec`, errors);
}

const validateKeyed =
  (name: string): SourceCheck =>
  (source, field, errors) => {
    requireFields(source, [name], field, errors);
    validateMode(source.defaultMode, `${field}.defaultMode`, errors);
    validateItems(source.items, `${field}.items`, errors);
  };

function validateCsi(source: Json, field: string, errors: FieldErrors): void {
  validateDriverName(source.driver ?? '', `${field}.driver`, errors);
  const secret: Json = source.nodePublishSecretRef;
  if (secret === undefined) return;
  const name: string = secret.name ?? '';
  if (name === '') errors.required(`${field}.nodePublishSecretRef.name`);
  else invalidEach(dns1123Subdomain(name), `${field}.name`, name, errors);
}

/** A template may leave the reference for later; the pull policy has been filled by then. */
function validateImage(source: Json, field: string, errors: FieldErrors): void {
  requireFields(source, ['reference'], field, errors);
  const policy: string = source.pullPolicy ?? '';
  if (policy === '') errors.required(`${field}.pullPolicy`);
  else if (!PULL_POLICIES.includes(policy)) notOneOf(`${field}.pullPolicy`, policy, PULL_POLICIES, errors);
}

/** In upstream's order: of two sources the later one is the forbidden one. */
const SOURCES: readonly (readonly [string, SourceCheck])[] = [
  ['emptyDir', validateEmptyDir],
  ['hostPath', validateHostPath],
  ['gitRepo', validateGitRepo],
  ['gcePersistentDisk', validateDisk('pdName')],
  ['awsElasticBlockStore', validateDisk('volumeID')],
  ['secret', validateKeyed('secretName')],
  ['nfs', validateNfs],
  ['iscsi', validateIscsi(true)],
  ['glusterfs', requires('endpoints', 'path')],
  ['flocker', validateFlocker],
  ['persistentVolumeClaim', requires('claimName')],
  ['rbd', requires('monitors', 'image')],
  ['cinder', validateCinder(['name'])],
  ['cephfs', requires('monitors')],
  ['quobyte', validateQuobyte],
  [
    'downwardAPI',
    (source, field, errors) => {
      validateMode(source.defaultMode, `${field}.defaultMode`, errors);
      validateDownwardItems(source.items, field, errors);
    },
  ],
  ['fc', validateFc],
  ['flexVolume', validateFlexVolume],
  ['configMap', validateKeyed('name')],
  ['azureFile', requires('secretName', 'shareName')],
  ['vsphereVolume', requires('volumePath')],
  ['photonPersistentDisk', requires('pdID')],
  ['portworxVolume', requires('volumeID')],
  ['azureDisk', validateAzureDisk],
  ['storageos', validateStorageOs(['name'])],
  ['projected', validateProjected],
  ['scaleIO', requires('gateway', 'system', 'volumeName')],
  ['csi', validateCsi],
  ['ephemeral', validateEphemeral],
  ['image', validateImage],
];
/** Where upstream's errors name a source otherwise than its field: of its own faults, and of one source too many. */
const OWN_PATH: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' };
const SECOND_PATH: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/** Names made of the volume's: of the claim of an ephemeral volume, and of an iSCSI session with its own initiator. */
function validateMadeNames(volume: Json, pod: string, field: string, errors: FieldErrors): void {
  const name: string = volume.name ?? '';
  if (volume.iscsi?.initiatorName !== undefined && `${name}:${volume.iscsi.targetPortal ?? ''}`.length > 64) {
    errors.invalid(`${field}.name`, name, SESSION_TOO_LONG);
  }
  if (volume.ephemeral === undefined || pod === '' || name === '') return;
  const claim = `${pod}-${name}`;
  for (const message of dns1123Subdomain(claim)) {
    errors.invalid(`${field}.name`, name, `PVC name ${quote(claim)}: ${message}`);
  }
}

function validateVolume(volume: Json, pod: string, field: string, errors: FieldErrors): void {
  let count = 0;
  let fields = 0;
  for (const _ in volume) fields++;
  for (const [type, check] of SOURCES) {
    const source = volume[type];
    if (source === undefined) continue;
    if (count++ > 0)
      errors.forbidden(`${field}.${SECOND_PATH[type] ?? type}`, 'may not specify more than 1 volume type');
    else check(source, `${field}.${OWN_PATH[type] ?? type}`, errors);
    // Beside its name a volume has one source: nothing more to look for.
    if (fields <= 2) break;
  }
  if (volume.ephemeral !== undefined || volume.iscsi !== undefined) validateMadeNames(volume, pod, field, errors);
  if (count === 0) errors.required(field, 'must specify a volume type');
}

const NONE: VolumesByName = new Map();

/** spec.volumes of the named pod (empty: of a template); returns the faultless ones, for what refers to them. */
export function validateVolumes(
  volumes: readonly Json[] | undefined,
  pod: string,
  field: string,
  errors: FieldErrors,
): VolumesByName {
  if (volumes === undefined || volumes.length === 0) return NONE;
  const byName = new Map<string, Json>();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i];
    const before = errors.list.length;
    validateVolume(volume, pod, `${field}[${i}]`, errors);
    if ((volume.name ?? '') === '') errors.required(`${field}[${i}].name`);
    else validateDnsLabel(volume.name, `${field}[${i}].name`, errors);
    if (byName.has(volume.name)) errors.duplicate(`${field}[${i}].name`, volume.name);
    if (errors.list.length === before) byName.set(volume.name, volume);
  }
  return byName;
}
