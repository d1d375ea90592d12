import { type FieldErrors, quote } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';
import { validateDescendingPath } from './paths.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_PROFILES: readonly string[] = ['runtime/default', 'docker/default', 'unconfined'];
const APPARMOR_PROFILES: readonly string[] = ['', 'runtime/default', 'unconfined'];
const INTEGER = /^(0|-?[1-9][0-9]*)$/;

/** As controllers read it: no plus sign, no leading zero, 32 bits. */
function isDeletionCost(text: string): boolean {
  return INTEGER.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;
}

function validateSeccomp(profile: string, field: string, errors: FieldErrors): void {
  if (SECCOMP_PROFILES.includes(profile)) return;
  if (profile.startsWith('localhost/')) validateDescendingPath(profile.slice('localhost/'.length), field, errors);
  else errors.invalid(field, profile, 'must be a valid seccomp profile');
}

function hasContainer(spec: Json, name: string): boolean {
  return ['initContainers', 'containers', 'ephemeralContainers'].some((list) =>
    spec[list]?.some((container: Json) => container.name === name),
  );
}

/** Annotations that mean something on a pod or a template of pods. `field`: where the annotations stand. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: Json,
  field: string,
  errors: FieldErrors,
): void {
  if (annotations === undefined) return;
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && (spec.nodeName ?? '') === '') {
    errors.invalid(`${field}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set');
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isDeletionCost(cost)) {
    errors.invalid(`${field}[${DELETION_COST}]`, cost, 'must be a 32bit integer');
  }
  const seccomp = annotations[SECCOMP_POD];
  if (seccomp !== undefined) validateSeccomp(seccomp, `${field}.${SECCOMP_POD}`, errors);
  for (const key in annotations) {
    if (key.startsWith(SECCOMP_CONTAINER)) validateSeccomp(annotations[key]!, `${field}.${key}`, errors);
  }
  for (const key in annotations) {
    if (!key.startsWith(APPARMOR)) continue;
    const container = key.slice(APPARMOR.length);
    const profile = annotations[key]!;
    if (!hasContainer(spec, container)) errors.invalid(`${field}[${key}]`, container, 'container not found');
    if (!APPARMOR_PROFILES.includes(profile) && !profile.startsWith('localhost/')) {
      errors.invalid(`${field}[${key}]`, profile, `invalid AppArmor profile name: ${quote(profile)}`);
    }
  }
}
