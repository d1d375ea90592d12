import type { FieldErrors } from '../../schema/field-errors.ts';
import type { LabelMatcher } from '../../schema/selectors.ts';
import { notOneOf, validateAnnotations, validateLabels } from './checks.ts';
import type { Json } from './json.ts';
import { validatePodAnnotations } from './pod-annotations.ts';
import { validatePodSpec } from './pod-spec.ts';

const TEMPLATE_OPTIONS = { isPod: false } as const;

/** PodTemplateSpec: labels, annotations and a full pod spec. */
export function validatePodTemplate(template: Json, field: string, errors: FieldErrors): void {
  const metadata = template?.metadata;
  if (metadata?.labels !== undefined) validateLabels(metadata.labels, `${field}.labels`, errors);
  if (metadata?.annotations !== undefined) validateAnnotations(metadata.annotations, `${field}.annotations`, errors);
  const spec = template?.spec ?? {};
  validatePodAnnotations(metadata?.annotations, spec, `${field}.annotations`, errors);
  validatePodSpec(spec, `${field}.spec`, TEMPLATE_OPTIONS, errors);
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    errors.forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  }
}

/** The labels of the template must be among those the selector selects. */
export function validateTemplateLabels(
  template: Json,
  selector: LabelMatcher,
  field: string,
  errors: FieldErrors,
): void {
  const labels = template?.metadata?.labels;
  if (!selector.everything && !selector.matches(labels ?? {})) {
    errors.invalid(`${field}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`');
  }
}

/** Pods of a workload that keeps them running: they restart always and have no deadline. `owner`: Kind in the text. */
export function validateServingTemplate(template: Json, owner: string, field: string, errors: FieldErrors): void {
  const spec = template?.spec ?? {};
  if (spec.restartPolicy !== 'Always') {
    notOneOf(`${field}.spec.restartPolicy`, spec.restartPolicy ?? '', ['Always'], errors);
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    errors.forbidden(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`);
  }
}
