import type { FieldErrors } from '../../schema/field-errors.ts';
import { notOneOf, validateId } from './checks.ts';
import { internalValue } from './internal-form.ts';
import type { Json } from './json.ts';
import { validateDescendingPath } from './paths.ts';

const PROFILE_TYPES: readonly string[] = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SECCOMP_PROFILE = 'io.k8s.api.core.v1.SeccompProfile';
const SECURITY_CONTEXT = 'io.k8s.api.core.v1.SecurityContext';
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_RULE = `must have at most 253 characters and match regex ^${SYSCTL.source.slice(1, -1)}$`;

function validateSeccomp(profile: Json, field: string, errors: FieldErrors): void {
  const { type = '', localhostProfile } = profile;
  if (type === '') errors.required(`${field}.type`, 'type is required when seccompProfile is set');
  else if (!PROFILE_TYPES.includes(type)) notOneOf(`${field}.type`, type, PROFILE_TYPES, errors);
  if (type === 'Localhost') {
    if (localhostProfile === undefined) {
      errors.required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost');
    } else validateDescendingPath(localhostProfile, `${field}.localhostProfile`, errors);
    return;
  }
  if (localhostProfile !== undefined) {
    const whole = internalValue(SECCOMP_PROFILE, profile);
    errors.invalid(`${field}.localhostProfile`, whole, 'can only be set when seccomp type is Localhost');
  }
}

function validateAppArmor(profile: Json, field: string, errors: FieldErrors): void {
  const { type = '', localhostProfile } = profile;
  const at = `${field}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.required(at, 'must be set when AppArmor type is Localhost');
    else if (localhostProfile.trim() !== localhostProfile) {
      errors.invalid(at, localhostProfile, 'must not be padded with whitespace');
    } else if (localhostProfile === '') errors.required(at, 'must be set when AppArmor type is Localhost');
    return;
  }
  if (localhostProfile !== undefined && PROFILE_TYPES.includes(type)) {
    errors.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost');
  }
  if (type === '') errors.required(`${field}.type`, 'type is required when appArmorProfile is set');
  else if (!PROFILE_TYPES.includes(type)) notOneOf(`${field}.type`, type, PROFILE_TYPES, errors);
}

function validateEscalation(context: Json, field: string, errors: FieldErrors): void {
  if (context.allowPrivilegeEscalation !== false) return;
  const whole = internalValue(SECURITY_CONTEXT, context);
  if (context.privileged === true) {
    errors.invalid(field, whole, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const rule = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.invalid(field, whole, rule);
  }
}

/** SecurityContext of a container. `hostUsers`: the pod shares the host's user namespace. */
export function validateSecurityContext(context: Json, hostUsers: boolean, field: string, errors: FieldErrors): void {
  validateId(context.runAsUser, `${field}.runAsUser`, errors);
  validateId(context.runAsGroup, `${field}.runAsGroup`, errors);
  const { procMount, seccompProfile, appArmorProfile } = context;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked') {
      notOneOf(`${field}.procMount`, procMount, ['Default', 'Unmasked'], errors);
    } else if (procMount === 'Unmasked' && hostUsers) {
      errors.invalid(`${field}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`');
    }
  }
  if (seccompProfile !== undefined) validateSeccomp(seccompProfile, `${field}.seccompProfile`, errors);
  validateEscalation(context, field, errors);
  if (appArmorProfile !== undefined) validateAppArmor(appArmorProfile, `${field}.appArmorProfile`, errors);
}

function validateSysctls(sysctls: readonly Json[], field: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (let i = 0; i < sysctls.length; i++) {
    const name: string = sysctls[i].name ?? '';
    if (name === '') errors.required(`${field}[${i}].name`);
    else if (name.length > 253 || !SYSCTL.test(name)) errors.invalid(`${field}[${i}].name`, name, SYSCTL_RULE);
    else if (seen.has(name)) errors.duplicate(`${field}[${i}].name`, name);
    seen.add(name);
  }
}

/** PodSecurityContext at spec.securityContext. */
export function validatePodSecurityContext(spec: Json, field: string, errors: FieldErrors): void {
  const context = spec.securityContext ?? {};
  validateId(context.fsGroup, `${field}.fsGroup`, errors);
  validateId(context.runAsUser, `${field}.runAsUser`, errors);
  validateId(context.runAsGroup, `${field}.runAsGroup`, errors);
  const groups: readonly number[] = context.supplementalGroups ?? [];
  for (let i = 0; i < groups.length; i++) validateId(groups[i], `${field}.supplementalGroups[${i}]`, errors);
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.invalid(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  }
  if (context.sysctls !== undefined) validateSysctls(context.sysctls, `${field}.sysctls`, errors);
  const change = context.fsGroupChangePolicy;
  if (change !== undefined && change !== 'OnRootMismatch' && change !== 'Always') {
    errors.notSupported(`${field}.fsGroupChangePolicy`, change, ['Always', 'OnRootMismatch']);
  }
  if (context.seccompProfile !== undefined) validateSeccomp(context.seccompProfile, `${field}.seccompProfile`, errors);
  if (context.appArmorProfile !== undefined) {
    validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`, errors);
  }
  const merge = context.supplementalGroupsPolicy;
  if (merge !== undefined && merge !== 'Merge' && merge !== 'Strict') {
    notOneOf(`${field}.supplementalGroupsPolicy`, merge, ['Merge', 'Strict'], errors);
  }
}
