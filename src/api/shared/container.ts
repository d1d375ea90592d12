import { portName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, notOneOf, validateDnsLabel, validatePort } from './checks.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import type { Json } from './json.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { validateResizePolicy, validateResources } from './resource-requirements.ts';
import { validateSecurityContext } from './security-context.ts';
import { type VolumesByName, validateVolumeDevices, validateVolumeMounts } from './volume-mounts.ts';

/** What the checks of one container need to know of its pod. */
export interface PodFacts {
  readonly volumes: VolumesByName;
  readonly claims: readonly Json[];
  readonly restartPolicy: string;
  /** Seconds. */
  readonly grace: number;
  readonly hostUsers: boolean;
}

const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES: readonly string[] = ['Always', 'IfNotPresent', 'Never'];
const RESTART_POLICIES: readonly string[] = ['Always', 'Never', 'OnFailure'];
const INIT_ONLY_ALWAYS = 'may not be set for init containers without restartPolicy=Always';
const NOT_EPHEMERAL = 'cannot be set for an Ephemeral Container';
/** In the order of the struct. */
const FORBIDDEN_IN_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

function validatePorts(ports: readonly Json[], field: string, errors: FieldErrors): void {
  const names = new Set<string>();
  for (let i = 0; i < ports.length; i++) {
    const { name = '', containerPort = 0, hostPort = 0, protocol = '' } = ports[i];
    if (name !== '') {
      const messages = portName(name);
      if (messages.length > 0) invalidEach(messages, `${field}[${i}].name`, name, errors);
      else if (names.has(name)) errors.duplicate(`${field}[${i}].name`, name);
      else names.add(name);
    }
    if (containerPort === 0) errors.required(`${field}[${i}].containerPort`);
    else validatePort(containerPort, `${field}[${i}].containerPort`, errors);
    if (hostPort !== 0) validatePort(hostPort, `${field}[${i}].hostPort`, errors);
    if (protocol === '') errors.required(`${field}[${i}].protocol`);
    else if (!PROTOCOLS.includes(protocol)) errors.notSupported(`${field}[${i}].protocol`, protocol, PROTOCOLS);
  }
}

function validateRestartRules(container: Json, field: string, errors: FieldErrors): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy)) {
    errors.notSupported(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES);
  }
  if (rules.length > 0 && restartPolicy === undefined) {
    errors.required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  }
  if (rules.length > 20) errors.tooMany(`${field}.restartPolicyRules`, rules.length, 20);
  for (let i = 0; i < rules.length; i++) {
    const at = `${field}.restartPolicyRules[${i}]`;
    const { action = '', exitCodes } = rules[i];
    if (action !== 'Restart' && action !== 'RestartAllContainers') {
      notOneOf(`${at}.action`, action, ['Restart', 'RestartAllContainers'], errors);
    }
    if (exitCodes === undefined) errors.required(`${at}.exitCodes`, 'must be specified');
    else if (exitCodes.operator !== 'In' && exitCodes.operator !== 'NotIn') {
      notOneOf(`${at}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn'], errors);
    }
  }
}

/** What all kinds of containers have in common. */
function validateCommon(container: Json, pod: PodFacts, field: string, errors: FieldErrors): void {
  const { name = '', image = '', terminationMessagePolicy: policy = '', imagePullPolicy: pull = '' } = container;
  if (name === '') errors.required(`${field}.name`);
  else validateDnsLabel(name, `${field}.name`, errors);
  if (image === '') errors.required(`${field}.image`);
  if (policy === '') errors.required(`${field}.terminationMessagePolicy`);
  else if (policy !== 'File' && policy !== 'FallbackToLogsOnError') {
    notOneOf(`${field}.terminationMessagePolicy`, policy, ['File', 'FallbackToLogsOnError'], errors);
  }
  if (container.ports !== undefined) validatePorts(container.ports, `${field}.ports`, errors);
  if (container.env !== undefined) validateEnv(container.env, `${field}.env`, errors);
  if (container.envFrom !== undefined) validateEnvFrom(container.envFrom, `${field}.envFrom`, errors);
  if (container.volumeMounts !== undefined) {
    validateVolumeMounts(container, pod.volumes, `${field}.volumeMounts`, errors);
  }
  if (container.volumeDevices !== undefined) {
    validateVolumeDevices(container, pod.volumes, `${field}.volumeDevices`, errors);
  }
  if (pull === '') errors.required(`${field}.imagePullPolicy`);
  else if (!PULL_POLICIES.includes(pull)) errors.notSupported(`${field}.imagePullPolicy`, pull, PULL_POLICIES);
  if (container.resources !== undefined) {
    validateResources(container.resources, pod.claims, `${field}.resources`, errors);
  }
  if (container.resizePolicy !== undefined) {
    validateResizePolicy(container.resizePolicy, pod.restartPolicy, `${field}.resizePolicy`, errors);
  }
  if (container.securityContext !== undefined) {
    validateSecurityContext(container.securityContext, pod.hostUsers, `${field}.securityContext`, errors);
  }
}

/** Host ports may be used once a protocol and host address. */
function validateHostPorts(containers: readonly Json[], field: string, errors: FieldErrors): void {
  let taken: Set<string> | null = null;
  for (let c = 0; c < containers.length; c++) {
    const ports: readonly Json[] = containers[c].ports ?? [];
    for (let i = 0; i < ports.length; i++) {
      const { hostPort = 0, hostIP = '', protocol = '' } = ports[i];
      if (hostPort === 0) continue;
      taken ??= new Set();
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.duplicate(`${field}[${c}].ports[${i}].hostPort`, key);
      taken.add(key);
    }
  }
}

/** spec.containers. */
export function validateContainers(
  containers: readonly Json[] | undefined,
  pod: PodFacts,
  field: string,
  errors: FieldErrors,
): void {
  if (containers === undefined || containers === null || containers.length === 0) {
    errors.required(field);
    return;
  }
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    const at = `${field}[${i}]`;
    validateCommon(container, pod, at, errors);
    for (let j = 0; j < i; j++) {
      if (containers[j].name !== container.name) continue;
      errors.duplicate(`${at}.name`, container.name ?? '');
      break;
    }
    if (container.lifecycle !== undefined) validateLifecycle(container.lifecycle, pod.grace, `${at}.lifecycle`, errors);
    validateProbes(container, pod.grace, at, errors);
    if (container.restartPolicy !== undefined || container.restartPolicyRules !== undefined) {
      validateRestartRules(container, at, errors);
    }
  }
  validateHostPorts(containers, field, errors);
}

/** spec.initContainers; hooks and probes only for those that restart always (sidecars). */
export function validateInitContainers(
  containers: readonly Json[],
  regular: readonly Json[],
  pod: PodFacts,
  field: string,
  errors: FieldErrors,
): void {
  const names = new Set<string>(regular.map((container) => container.name));
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    const at = `${field}[${i}]`;
    validateCommon(container, pod, at, errors);
    validateRestartRules(container, at, errors);
    if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name);
    else if (container.name) names.add(container.name);
    validateHostPorts([container], field, errors);
    if (container.restartPolicy === 'Always') {
      if (container.lifecycle !== undefined) {
        validateLifecycle(container.lifecycle, pod.grace, `${at}.lifecycle`, errors);
      }
      validateProbes(container, pod.grace, at, errors);
      continue;
    }
    for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[name] !== undefined) errors.forbidden(`${at}.${name}`, INIT_ONLY_ALWAYS);
    }
  }
}

const isEmpty = (value: Json): boolean => {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
};

/** spec.ephemeralContainers: no ports, probes, hooks or resources, and a name of their own. */
export function validateEphemeralContainers(
  containers: readonly Json[],
  others: readonly Json[],
  pod: PodFacts,
  field: string,
  errors: FieldErrors,
): void {
  const otherNames = new Set<string>(others.map((container) => container.name));
  const names = new Set(otherNames);
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    const at = `${field}[${i}]`;
    validateCommon(container, pod, at, errors);
    validateImageWhitespace([container], `${field}`, i, errors);
    if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name);
    else names.add(container.name);
    const target: string = container.targetContainerName ?? '';
    if (target !== '' && !otherNames.has(target)) errors.add('notFound', `${at}.targetContainerName`, target);
    for (const name of FORBIDDEN_IN_EPHEMERAL) {
      if (!isEmpty(container[name])) errors.forbidden(`${at}.${name}`, NOT_EPHEMERAL);
    }
    const mounts: readonly Json[] = container.volumeMounts ?? [];
    for (let m = 0; m < mounts.length; m++) {
      for (const name of ['subPath', 'subPathExpr'] as const) {
        if (mounts[m][name]) errors.forbidden(`${at}.volumeMounts[${m}].${name}`, NOT_EPHEMERAL);
      }
    }
  }
}

/** Only pods are this strict; templates may carry a blank image that something replaces. */
export function validateImageWhitespace(
  containers: readonly Json[],
  field: string,
  first: number,
  errors: FieldErrors,
): void {
  for (let i = 0; i < containers.length; i++) {
    const image: string = containers[i].image ?? '';
    if (image.trim() !== image) {
      errors.invalid(`${field}[${first + i}].image`, image, 'must not have leading or trailing whitespace');
    }
  }
}
