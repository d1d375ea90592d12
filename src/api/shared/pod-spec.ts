import { dns1123Subdomain, qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { validateAffinity } from './affinity.ts';
import { invalidEach, notOneOf, validateDnsLabel, validateLabels } from './checks.ts';
import { type PodFacts, validateContainers, validateEphemeralContainers, validateInitContainers } from './container.ts';
import { validateDnsConfig, validateHostAliases } from './dns.ts';
import { internalValue } from './internal-form.ts';
import type { Json } from './json.ts';
import { validateSchedulingGates, validateSpread, validateTolerations } from './placement.ts';
import { validateOs } from './pod-os.ts';
import { validatePodResources } from './pod-resources.ts';
import { validateResources } from './resource-requirements.ts';
import { validatePodSecurityContext } from './security-context.ts';
import { validateVolumes } from './volumes.ts';

const RESTART_POLICIES: readonly string[] = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES: readonly string[] = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const RESOURCE_CLAIM = 'io.k8s.api.core.v1.PodResourceClaim';
const NO_CLAIMS: readonly Json[] = [];

/** Whose spec it is: a pod's own, or a template's, which may still lack what pods are given at creation. */
export interface PodSpecOptions {
  readonly isPod: boolean;
  /** Of the pod, where it has one. */
  readonly name?: string;
}

function oneOf(value: string, allowed: readonly string[], field: string, errors: FieldErrors): void {
  if (value === '') errors.required(field);
  else if (!allowed.includes(value)) notOneOf(field, value, allowed, errors);
}

function validateHostNetwork(spec: Json, isPod: boolean, field: string, errors: FieldErrors): void {
  const containers: readonly Json[] = spec.containers ?? [];
  for (let c = 0; c < containers.length; c++) {
    const ports: readonly Json[] = containers[c].ports ?? [];
    for (let i = 0; i < ports.length; i++) {
      const { hostPort = 0, containerPort = 0 } = ports[i];
      if ((!isPod && hostPort === 0) || hostPort === containerPort) continue;
      const rule = 'must match `containerPort` when `hostNetwork` is true';
      errors.invalid(`${field}.containers[${c}].ports[${i}].hostPort`, hostPort, rule);
    }
  }
}

function validateHostUsers(spec: Json, field: string, errors: FieldErrors): void {
  const rule = 'when `hostUsers` is false';
  for (const name of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
    if (spec[name] === true) errors.forbidden(`${field}.${name}`, rule);
  }
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    const containers: readonly Json[] = spec[list] ?? [];
    for (let i = 0; i < containers.length; i++) {
      if ((containers[i].volumeDevices?.length ?? 0) > 0) {
        errors.forbidden(`${field}.${list}[${i}].volumeDevices`, rule);
      }
    }
  }
}

function validateResourceClaims(claims: readonly Json[], field: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (let i = 0; i < claims.length; i++) {
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claims[i];
    const at = `${field}[${i}]`;
    if (name === '') errors.required(`${at}.name`);
    else if (seen.has(name)) errors.duplicate(`${at}.name`, name);
    else validateDnsLabel(name, `${at}.name`, errors);
    seen.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const rule = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.invalid(at, internalValue(RESOURCE_CLAIM, claims[i]), rule);
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const rule = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.invalid(at, internalValue(RESOURCE_CLAIM, claims[i]), rule);
    }
    for (const [key, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
      if (value !== undefined) invalidEach(dns1123Subdomain(value), `${at}.${key}`, value, errors);
    }
  }
}

function validateAllContainers(spec: Json, name: string, field: string, errors: FieldErrors): void {
  const pod: PodFacts = {
    volumes: validateVolumes(spec.volumes, name, `${field}.volumes`, errors),
    claims: spec.resourceClaims ?? NO_CLAIMS,
    restartPolicy: spec.restartPolicy,
    grace: spec.terminationGracePeriodSeconds ?? 0,
    hostUsers: spec.hostUsers !== false,
  };
  if (spec.resourceClaims !== undefined) {
    validateResourceClaims(spec.resourceClaims, `${field}.resourceClaims`, errors);
  }
  validateContainers(spec.containers, pod, `${field}.containers`, errors);
  const regular: readonly Json[] = spec.containers ?? [];
  const init: readonly Json[] | undefined = spec.initContainers;
  if (init !== undefined) validateInitContainers(init, regular, pod, `${field}.initContainers`, errors);
  const ephemeral: readonly Json[] | undefined = spec.ephemeralContainers;
  if (ephemeral !== undefined) {
    const others = [...regular, ...(init ?? [])];
    validateEphemeralContainers(ephemeral, others, pod, `${field}.ephemeralContainers`, errors);
  }
  if (spec.resources !== undefined) validatePodResources(spec, pod.claims, `${field}.resources`, errors);
}

function validateNames(spec: Json, field: string, errors: FieldErrors): void {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec;
  if (serviceAccountName) {
    invalidEach(dns1123Subdomain(serviceAccountName), `${field}.serviceAccountName`, serviceAccountName, errors);
  }
  if (nodeName) invalidEach(dns1123Subdomain(nodeName), `${field}.nodeName`, nodeName, errors);
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    errors.invalid(`${field}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive');
  }
  if (hostname) validateDnsLabel(hostname, `${field}.hostname`, errors);
  if (subdomain) validateDnsLabel(subdomain, `${field}.subdomain`, errors);
}

function validatePriority(spec: Json, field: string, errors: FieldErrors): void {
  const { priorityClassName, runtimeClassName, preemptionPolicy, overhead } = spec;
  if (priorityClassName) {
    invalidEach(dns1123Subdomain(priorityClassName), `${field}.priorityClassName`, priorityClassName, errors);
  }
  if (runtimeClassName !== undefined) {
    invalidEach(dns1123Subdomain(runtimeClassName), `${field}.runtimeClassName`, runtimeClassName, errors);
  }
  if (preemptionPolicy !== undefined) {
    oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${field}.preemptionPolicy`, errors);
  }
  if (overhead !== undefined) validateResources({ limits: overhead }, NO_CLAIMS, `${field}.overhead`, errors);
}

/** Everything a PodSpec says, in upstream's order of errors. Assumes that defaults have been filled. */
export function validatePodSpec(spec: Json, field: string, options: PodSpecOptions, errors: FieldErrors): void {
  validateAllContainers(spec, options.name ?? '', field, errors);
  if (spec.hostNetwork === true) validateHostNetwork(spec, options.isPod, field, errors);
  oneOf(spec.restartPolicy ?? '', RESTART_POLICIES, `${field}.restartPolicy`, errors);
  oneOf(spec.dnsPolicy ?? '', DNS_POLICIES, `${field}.dnsPolicy`, errors);
  if (spec.nodeSelector !== undefined) validateLabels(spec.nodeSelector, `${field}.nodeSelector`, errors);
  validatePodSecurityContext(spec, `${field}.securityContext`, errors);
  if (spec.affinity !== undefined) validateAffinity(spec.affinity, `${field}.affinity`, errors);
  if (spec.dnsConfig !== undefined || spec.dnsPolicy === 'None') {
    validateDnsConfig(spec.dnsConfig, spec.dnsPolicy, `${field}.dnsConfig`, errors);
  }
  const gates: readonly Json[] = spec.readinessGates ?? [];
  for (let i = 0; i < gates.length; i++) {
    const type: string = gates[i].conditionType ?? '';
    invalidEach(qualifiedName(type), `${field}.readinessGates[${i}].conditionType`, type, errors);
  }
  if (spec.schedulingGates !== undefined) {
    validateSchedulingGates(spec.schedulingGates, `${field}.schedulingGates`, errors);
  }
  if (spec.topologySpreadConstraints !== undefined) {
    validateSpread(spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`, errors);
  }
  if (spec.hostUsers === false) validateHostUsers(spec, field, errors);
  validateNames(spec, field, errors);
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, `${field}.tolerations`, errors);
  if (spec.hostAliases !== undefined) validateHostAliases(spec.hostAliases, `${field}.hostAliases`, errors);
  validatePriority(spec, field, errors);
  if (spec.os !== undefined) validateOs(spec, field, errors);
}
