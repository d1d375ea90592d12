import { quantityMilli } from '../../base/quantity.ts';
import { quote } from '../../schema/field-errors.ts';
import { claimSizeWarnings } from './claim-spec.ts';
import type { Json } from './json.ts';
import { DEPRECATED_LABELS, nodeTermWarnings } from './node-label-warnings.ts';
import { portWarnings } from './port-warnings.ts';
import { overlapWarnings } from './volume-warnings.ts';

const DEPRECATED_VOLUMES: readonly (readonly [string, string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const NO_SELECTOR = 'a null labelSelector results in matching no pod';

function placementWarnings(spec: Json, field: string, out: string[]): void {
  for (const key in spec.nodeSelector) {
    if (DEPRECATED_LABELS[key] !== undefined) out.push(`${field}.nodeSelector[${key}]: ${DEPRECATED_LABELS[key]}`);
  }
  const nodes = spec.affinity?.nodeAffinity;
  const at = `${field}.affinity.nodeAffinity`;
  for (const [i, term] of (nodes?.[REQUIRED]?.nodeSelectorTerms ?? []).entries()) {
    nodeTermWarnings(term, `${at}.${REQUIRED}.nodeSelectorTerms[${i}]`, out);
  }
  for (const [i, weighted] of (nodes?.[PREFERRED] ?? []).entries()) {
    nodeTermWarnings(weighted.preference, `${at}.${PREFERRED}[${i}].preference`, out);
  }
  for (const [i, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const key: string = constraint.topologyKey;
    const where = `${field}.topologySpreadConstraints[${i}]`;
    const text = DEPRECATED_LABELS[key];
    if (text !== undefined) out.push(`${where}.topologyKey: ${key} is ${text}`);
    if (constraint.labelSelector === undefined) out.push(`${where}.labelSelector: ${NO_SELECTOR}`);
  }
}

function affinityWarnings(spec: Json, field: string, out: string[]): void {
  for (const name of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[name];
    if (affinity === undefined) continue;
    const at = `${field}.affinity.${name}`;
    for (const [i, term] of (affinity[REQUIRED] ?? []).entries()) {
      if (term.labelSelector === undefined) out.push(`${at}.${REQUIRED}[${i}].labelSelector: ${NO_SELECTOR}`);
    }
    for (const [i, weighted] of (affinity[PREFERRED] ?? []).entries()) {
      if (weighted.podAffinityTerm?.labelSelector !== undefined) continue;
      out.push(`${at}.${PREFERRED}[${i}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`);
    }
  }
}

function listWarnings(spec: Json, field: string, out: string[]): void {
  for (const [i, volume] of (spec.volumes ?? []).entries()) {
    for (const [type, text] of DEPRECATED_VOLUMES) {
      if (volume[type] === undefined) continue;
      out.push(`${field}.volumes[${i}].${type === 'storageos' ? 'storageOS' : type}: ${text}`);
    }
    const template = volume.ephemeral?.volumeClaimTemplate;
    const at = `${field}.volumes[${i}].ephemeral.volumeClaimTemplate.spec`;
    if (template !== undefined) out.push(...claimSizeWarnings(template.spec, at));
  }
  overlapWarnings(spec.volumes ?? [], out);
  const addresses = new Set<string>();
  for (const [i, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip)) out.push(`${field}.hostAliases[${i}].ip: duplicate ip ${quote(ip)}`);
    addresses.add(ip);
  }
  const secrets: readonly Json[] = spec.imagePullSecrets ?? [];
  const names = new Set<string>();
  for (const [i, { name = '' }] of secrets.entries()) {
    if (names.has(name)) out.push(`${field}.imagePullSecrets[${i}].name: duplicate name ${quote(name)}`);
    names.add(name);
  }
  for (const [i, { name = '' }] of secrets.entries()) {
    if (name === '') out.push(`${field}.imagePullSecrets[${i}].name: invalid empty name ""`);
  }
}

function fractionWarning(amount: string | undefined, field: string, out: string[]): void {
  if (amount === undefined || !amount.endsWith('m') || quantityMilli(amount) % 1000 === 0) return;
  out.push(`${field}: fractional byte value ${quote(amount)} is invalid, must be an integer`);
}

/** A later variable of the same name is fine only when it builds on the earlier one. */
function envWarnings(container: Json, field: string, out: string[]): void {
  const variables: readonly Json[] = container.env ?? [];
  if (variables.length < 2) return;
  const seen = new Set<string>();
  for (let i = 0; i < variables.length; i++) {
    const { name = '', value = '', valueFrom } = variables[i];
    if (!seen.has(name)) {
      seen.add(name);
      continue;
    }
    const reference = `$(${name})`;
    if (valueFrom === undefined && value !== reference && value.includes(reference)) continue;
    out.push(`${field}.env[${i}]: hides previous definition of ${quote(name)}, which may be dropped when using apply`);
  }
}

function containerWarnings(spec: Json, field: string, out: string[]): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      const at = `${field}.${list}[${i}]`;
      for (const name of ['memory', 'ephemeral-storage'] as const) {
        fractionWarning(container.resources?.limits?.[name], `${at}.resources.limits[${name}]`, out);
        fractionWarning(container.resources?.requests?.[name], `${at}.resources.requests[${name}]`, out);
      }
      envWarnings(container, at, out);
    }
  }
}

/** Profiles given by annotations of old; a field beside them is what counts. Pods themselves keep theirs in silence. */
function annotationWarnings(spec: Json, annotations: Json, prefix: string, out: string[]): void {
  if (annotations === undefined) return;
  const field = `${prefix}metadata.annotations`;
  const context = spec.securityContext;
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (annotations[SECCOMP_POD] !== undefined && context?.seccompProfile === undefined) {
    out.push(`${field}[${SECCOMP_POD}]: ${seccomp}`);
  }
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const { name, securityContext: own } of spec[list] ?? []) {
      const atSeccomp = `${SECCOMP_CONTAINER}${name}`;
      if (annotations[atSeccomp] !== undefined && own?.seccompProfile === undefined) {
        out.push(`${field}[${atSeccomp}]: ${seccomp}`);
      }
      const atAppArmor = `${APPARMOR_CONTAINER}${name}`;
      const given = (own?.appArmorProfile ?? context?.appArmorProfile) !== undefined;
      if (prefix !== '' && annotations[atAppArmor] !== undefined && !given) {
        out.push(`${field}[${atAppArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
      }
    }
  }
}

function specWarnings(spec: Json, metadata: Json, prefix: string, out: string[]): void {
  const field = `${prefix}spec`;
  placementWarnings(spec, field, out);
  for (const key in DEPRECATED_ANNOTATIONS) {
    if (metadata?.annotations?.[key] === undefined) continue;
    out.push(`${prefix}metadata.annotations[${key}]: ${DEPRECATED_ANNOTATIONS[key]}`);
  }
  listWarnings(spec, field, out);
  for (const name of ['memory', 'ephemeral-storage'] as const) {
    fractionWarning(spec.overhead?.[name], `${field}.overhead[${name}]`, out);
  }
  annotationWarnings(spec, metadata?.annotations, prefix, out);
  containerWarnings(spec, field, out);
  portWarnings(spec, field, out);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const rule = 'must be >= 0; negative values are invalid and will be treated as 1';
    out.push(`${field}.terminationGracePeriodSeconds: ${rule}`);
  }
  if (spec.affinity !== undefined) affinityWarnings(spec, field, out);
}

/** Texts of `Warning` headers about a pod: valid, but hardly what was meant. */
export function podWarnings(pod: Json): readonly string[] {
  const out: string[] = [];
  specWarnings(pod.spec ?? {}, pod.metadata, '', out);
  return out;
}

/** The same for a template standing at `field`. */
export function podTemplateWarnings(template: Json, field: string): readonly string[] {
  const out: string[] = [];
  specWarnings(template?.spec ?? {}, template?.metadata, `${field}.`, out);
  return out;
}
