import { deepEqual } from '../../../base/json.ts';
import type { FieldErrors } from '../../../schema/field-errors.ts';
import type { UpdateStrategy } from '../../../schema/kind.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { difference } from '../../shared/difference.ts';
import type { Json } from '../../shared/json.ts';
import { mirrorServiceAccount } from '../../shared/pod-defaults.ts';
import { podWarnings } from '../../shared/pod-warnings.ts';
import { takeAllButStatus } from '../../shared/transitions.ts';
import { repairGrace, validatePod } from './create.ts';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');
const MAX_INT32 = 2147483647;
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** False when the lists cannot be compared any further. */
function validateContainerCount(spec: Json, old: Json, list: string, errors: FieldErrors): boolean {
  if ((spec[list]?.length ?? 0) === (old[list]?.length ?? 0)) return true;
  errors.forbidden(`spec.${list}`, 'pod updates may not add or remove containers');
  return false;
}

/** May be set, or lowered, but not lifted. False: nothing more to say about this pod. */
function validateDeadline(deadline: number | undefined, old: number | undefined, errors: FieldErrors): boolean {
  const field = 'spec.activeDeadlineSeconds';
  if (deadline === undefined) {
    if (old !== undefined) errors.invalid(field, null, 'must not update from a positive integer to nil value');
    return true;
  }
  if (deadline < 0 || deadline > MAX_INT32) {
    errors.invalid(field, deadline, `must be between 0 and ${MAX_INT32}, inclusive`);
    return false;
  }
  if (old !== undefined && old < deadline) {
    errors.invalid(field, deadline, 'must be less than or equal to previous value');
    return false;
  }
  return true;
}

function validateTolerations(tolerations: readonly Json[], old: readonly Json[], errors: FieldErrors): void {
  for (const before of old) {
    const kept = tolerations.some((toleration) =>
      deepEqual({ ...toleration, tolerationSeconds: 0 }, { ...before, tolerationSeconds: 0 }),
    );
    if (kept) continue;
    errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
}

function validateGates(gates: readonly Json[], old: readonly Json[], errors: FieldErrors): void {
  for (let i = 0; i < gates.length; i++) {
    const name: string = gates[i].name;
    if (old.some((gate) => gate.name === name)) continue;
    const rule = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.forbidden(`spec.schedulingGates[${i}].name`, rule);
  }
}

/** Requirements may be added to a term, none may change or go. */
function narrows(term: Json, old: Json): boolean {
  for (const list of ['matchExpressions', 'matchFields'] as const) {
    const before: readonly Json[] = old[list] ?? [];
    const after: readonly Json[] = term[list] ?? [];
    if (after.length < before.length || before.some((expression, i) => !deepEqual(expression, after[i]))) return false;
  }
  return true;
}

/** Node affinity of a gated pod may only become stricter. */
function validateGatedAffinity(spec: Json, old: Json, errors: FieldErrors): void {
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';
  const before: readonly Json[] | undefined = old.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms;
  const after: readonly Json[] | undefined = spec.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms;
  if (before === undefined) return;
  if (after === undefined || after.length !== before.length) {
    const rule = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    errors.invalid(`${field}.nodeSelectorTerms`, after ?? null, rule);
    return;
  }
  for (let i = 0; i < before.length; i++) {
    if (narrows(after[i], before[i])) continue;
    const rule = 'only additions are allowed (no mutations or deletions)';
    errors.invalid(`${field}.nodeSelectorTerms[${i}]`, after[i], rule);
  }
}

function validateGatedPlacement(spec: Json, old: Json, errors: FieldErrors): void {
  const before = old.nodeSelector ?? {};
  const changed = Object.keys(before).some((key) => spec.nodeSelector?.[key] !== before[key]);
  if (changed) {
    errors.invalid(
      'spec.nodeSelector',
      spec.nodeSelector ?? null,
      'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    );
  }
  validateGatedAffinity(spec, old, errors);
}

/** The new spec with everything put back that an update may change; what then still differs is forbidden. */
function withoutAllowedChanges(spec: Json, old: Json, gated: boolean): Json {
  const out = { ...spec };
  const putBack = (field: string): void => {
    if (old[field] === undefined) delete out[field];
    else out[field] = old[field];
  };
  for (const list of ['containers', 'initContainers'] as const) {
    if (spec[list] === undefined) continue;
    out[list] = spec[list].map((container: Json, i: number) => ({ ...container, image: old[list][i].image }));
  }
  putBack('activeDeadlineSeconds');
  putBack('tolerations');
  if (old.terminationGracePeriodSeconds < 0 && spec.terminationGracePeriodSeconds === 1) {
    putBack('terminationGracePeriodSeconds');
  }
  putBack('schedulingGates');
  if (gated) {
    putBack('nodeSelector');
    const affinity = { ...spec.affinity };
    const before = old.affinity?.nodeAffinity;
    if (before === undefined) delete affinity.nodeAffinity;
    else affinity.nodeAffinity = before;
    if (Object.keys(affinity).length > 0 || old.affinity !== undefined) out.affinity = affinity;
    else delete out.affinity;
  }
  return out;
}

/** A change of the main endpoint, after upstream's ValidatePodUpdate (api.md 6.4). */
function validate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const spec = object.spec;
  const before = old.spec;
  if (deepEqual(spec, before)) return;
  validatePod(object, errors);
  if (!validateContainerCount(spec, before, 'containers', errors)) return;
  if (!validateContainerCount(spec, before, 'initContainers', errors)) return;
  if (!validateDeadline(spec.activeDeadlineSeconds, before.activeDeadlineSeconds, errors)) return;
  validateTolerations(spec.tolerations ?? [], before.tolerations ?? [], errors);
  validateGates(spec.schedulingGates ?? [], before.schedulingGates ?? [], errors);
  const gated = (before.schedulingGates?.length ?? 0) > 0;
  if (gated) validateGatedPlacement(spec, before, errors);
  const rest = withoutAllowedChanges(spec, before, gated);
  if (!deepEqual(rest, before)) {
    const changes = difference('io.k8s.api.core.v1.PodSpec', before, rest);
    errors.forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${changes}`);
  }
}

export const podUpdate: UpdateStrategy = {
  prepare(draft, old) {
    repairGrace(draft.spec);
    mirrorServiceAccount(draft.spec);
    takeAllButStatus(draft, old);
  },
  validate,
  warnings: (object, old) => (deepEqual(object.spec, old.spec) ? [] : podWarnings(object)),
};
