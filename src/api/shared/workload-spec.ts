import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { nonNegative } from './checks.ts';
import type { Json } from './json.ts';
import { isEmptySelector, validateLabelSelector } from './label-selector.ts';
import { validatePodTemplate, validateServingTemplate, validateTemplateLabels } from './pod-template.ts';
import { podTemplateWarnings } from './pod-warnings.ts';
import { matcherOrNull } from './selector-use.ts';

/**
 * Selector and template of Deployment and ReplicaSet. The texts name Deployment and ReplicaSet crosswise, as upstream
 * does: the selector is always a deployment's, the template a ReplicaSet's.
 */
export function validateSelectedTemplate(spec: Json, errors: FieldErrors): void {
  const selector = spec.selector ?? undefined;
  if (selector === undefined) errors.required('spec.selector');
  else {
    validateLabelSelector(selector, 'spec.selector', errors);
    if (isEmptySelector(selector)) {
      errors.invalid('spec.selector', selector, 'empty selector is invalid for deployment');
    }
  }
  const matcher = matcherOrNull(selector);
  if (matcher === null) {
    errors.invalid('spec.selector', selector, 'invalid label selector');
    return;
  }
  validateTemplateLabels(spec.template, matcher, 'spec.template', errors);
  validatePodTemplate(spec.template, 'spec.template', errors);
  validateServingTemplate(spec.template, 'ReplicaSet', 'spec.template', errors);
}

/** Counts of a status that are part of another count. */
export function validateReplicaCounts(
  object: KubeObject,
  names: readonly string[],
  parts: readonly string[],
  errors: FieldErrors,
): void {
  const status = object.status ?? {};
  for (const name of names) nonNegative(status[name], `status.${name}`, errors);
  const replicas: number = status.replicas ?? 0;
  for (const name of parts) {
    const count: number = status[name] ?? 0;
    if (count > replicas) errors.invalid(`status.${name}`, count, 'cannot be greater than status.replicas');
  }
  const available: number = status.availableReplicas ?? 0;
  if (available > (status.readyReplicas ?? 0)) {
    errors.invalid('status.availableReplicas', available, 'cannot be greater than readyReplicas');
  }
}

/** A collision counter only grows. */
export function validateCollisions(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const before = old.status?.collisionCount;
  const count: number = object.status?.collisionCount ?? 0;
  if (before !== undefined && count < before) {
    errors.invalid('status.collisionCount', count, 'cannot be decremented');
  }
}

export const replicaScale = (selector: (object: KubeObject) => string) => ({
  specReplicas: (object: KubeObject): number => object.spec?.replicas ?? 0,
  statusReplicas: (object: KubeObject): number => object.status?.replicas ?? 0,
  selector,
  setReplicas: (draft: Json, replicas: number): void => {
    draft.spec.replicas = replicas;
  },
});

/** Warnings of `spec.template` where it is new (`old` null) or another than it was. */
export function templateWarnings(object: KubeObject, old: KubeObject | null): readonly string[] {
  if (old !== null && deepEqual(object.spec.template, old.spec.template)) return [];
  return podTemplateWarnings(object.spec.template, 'spec.template');
}
