import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';

const WINDOWS_RULE = 'cannot be set for a windows pod';
const LINUX_RULE = 'windows options cannot be set for a linux pod';
/** What a pod's security context has on Linux only, in upstream's order; some of it stands in the spec itself. */
const LINUX_POD: readonly (readonly [string, 'spec' | 'flag' | 'context'])[] = [
  ['appArmorProfile', 'context'],
  ['seLinuxOptions', 'context'],
  ['hostUsers', 'spec'],
  ['hostPID', 'flag'],
  ['hostIPC', 'flag'],
  ['seccompProfile', 'context'],
  ['fsGroup', 'context'],
  ['fsGroupChangePolicy', 'context'],
  ['sysctls', 'context'],
  ['shareProcessNamespace', 'spec'],
  ['runAsUser', 'context'],
  ['runAsGroup', 'context'],
  ['supplementalGroups', 'context'],
  ['supplementalGroupsPolicy', 'context'],
  ['seLinuxChangePolicy', 'context'],
];
const LINUX_CONTAINER: readonly string[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

function eachContext(spec: Json, field: string, visit: (context: Json, at: string) => void): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers: readonly Json[] = spec[list] ?? [];
    for (let i = 0; i < containers.length; i++) {
      const context = containers[i].securityContext;
      if (context !== undefined) visit(context, `${field}.${list}[${i}].securityContext`);
    }
  }
}

function validateLinux(spec: Json, field: string, errors: FieldErrors): void {
  if (spec.securityContext?.windowsOptions !== undefined) {
    errors.forbidden(`${field}.securityContext.windowsOptions`, LINUX_RULE);
  }
  eachContext(spec, field, (context, at) => {
    if (context.windowsOptions !== undefined) errors.forbidden(`${at}.windowsOptions`, LINUX_RULE);
  });
}

function validateWindows(spec: Json, field: string, errors: FieldErrors): void {
  for (const [name, place] of LINUX_POD) {
    const holder = place === 'context' ? spec.securityContext : spec;
    const value = holder?.[name];
    const given = place === 'flag' ? value === true : value !== undefined && value?.length !== 0;
    const at = place === 'context' ? `${field}.securityContext.${name}` : `${field}.${name}`;
    if (given) errors.forbidden(at, WINDOWS_RULE);
  }
  eachContext(spec, field, (context, at) => {
    for (const name of LINUX_CONTAINER) {
      if (context[name] !== undefined) errors.forbidden(`${at}.${name}`, WINDOWS_RULE);
    }
  });
}

/** spec.os, and what a pod of that system cannot have. */
export function validateOs(spec: Json, field: string, errors: FieldErrors): void {
  const name: string = spec.os.name ?? '';
  if (name === '') errors.required(`${field}.os.name`, 'cannot be empty');
  else if (name === 'linux') validateLinux(spec, field, errors);
  else if (name === 'windows') validateWindows(spec, field, errors);
  else errors.notSupported(`${field}.os`, name, ['linux', 'windows']);
}
