import { deepEqual } from '../../base/json.ts';
import { dns1123Label } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { IMMUTABLE } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { validateTemplateLabels } from '../shared/pod-template.ts';
import { matcherOrNull } from '../shared/selector-use.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { CONTROLLER_UID, JOB_NAME, LEGACY_CONTROLLER_UID, LEGACY_JOB_NAME } from './job-defaults.ts';
import { validateJobSpec } from './job-spec.ts';

function validateSpec(spec: Json, errors: FieldErrors): void {
  validateJobSpec(spec, 'spec', errors);
  const selector = spec.selector ?? undefined;
  if (selector === undefined) errors.required('spec.selector');
  else validateLabelSelector(selector, 'spec.selector', errors);
  const matcher = matcherOrNull(selector);
  if (matcher !== null) validateTemplateLabels(spec.template, matcher, 'spec.template', errors);
}

/** Unless the selector is chosen by hand, selector and labels must be those that the server generates. */
function validateGenerated(job: KubeObject, errors: FieldErrors): void {
  const { spec, metadata } = job;
  if (spec.manualSelector === true || !spec.selector) return;
  if (!metadata.uid) errors.required('metadata.uid');
  const labels = spec.template.metadata?.labels ?? {};
  const wanted: Readonly<Record<string, string>> = {
    [LEGACY_CONTROLLER_UID]: metadata.uid ?? '',
    [LEGACY_JOB_NAME]: metadata.name ?? '',
    [CONTROLLER_UID]: metadata.uid ?? '',
    [JOB_NAME]: metadata.name ?? '',
  };
  for (const key in wanted) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.required(at, `must be '${wanted[key]}'`);
    else if (labels[key] !== wanted[key]) errors.invalid(at, labels, `must be '${wanted[key]}'`);
  }
  const matcher = matcherOrNull(spec.selector);
  if (matcher !== null && !matcher.matches(wanted)) {
    errors.invalid('spec.selector', spec.selector, '`selector` not auto-generated');
  }
}

/** A whole Job, new or changed. */
export function validateJob(job: KubeObject, errors: FieldErrors): void {
  validateGenerated(job, errors);
  validateSpec(job.spec, errors);
  const { completionMode, completions } = job.spec;
  if (completionMode === 'Indexed' && completions > 0 && job.metadata.name) {
    const hostname = `${job.metadata.name}-${completions - 1}`;
    if (dns1123Label(hostname).length > 0) {
      const rule = `will not able to create pod with invalid DNS label: ${hostname}`;
      errors.invalid('metadata.name', job.metadata.name, rule);
    }
  }
}

function validateCompletions(spec: Json, old: Json, errors: FieldErrors): void {
  const field = 'spec.completions';
  if (spec.completions === old.completions) return;
  const indexed = spec.completionMode === 'Indexed';
  if (!indexed || spec.completions === undefined || old.completions === undefined) {
    errors.invalid(field, spec.completions ?? null, IMMUTABLE);
  } else if (spec.completions !== spec.parallelism) {
    errors.invalid(field, spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
}

/** Placement, labels and resources of a job that is suspended and has never started may still change. */
function withPlacementOf(template: Json, old: Json): Json {
  const metadata = { ...template.metadata };
  for (const name of ['labels', 'annotations'] as const) {
    if (old.metadata?.[name] === undefined) delete metadata[name];
    else metadata[name] = old.metadata[name];
  }
  const spec = { ...template.spec };
  for (const name of ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates'] as const) {
    if (old.spec[name] === undefined) delete spec[name];
    else spec[name] = old.spec[name];
  }
  for (const list of ['containers', 'initContainers'] as const) {
    const before: readonly Json[] | undefined = old.spec[list];
    if (spec[list]?.length !== before?.length || before === undefined) continue;
    spec[list] = spec[list].map((container: Json, i: number) => ({ ...container, resources: before[i].resources }));
  }
  return { ...template, metadata, spec };
}

/** What an update may change; spec is judged once as a part of the job and once as an update, as upstream does. */
export function validateJobUpdate(job: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validateJob(job, errors);
  validateSpec(job.spec, errors);
  const spec = job.spec;
  const before = old.spec;
  validateCompletions(spec, before, errors);
  validateImmutable(spec.selector, before.selector, 'spec.selector', errors);
  const movable = before.suspend === true && old.status?.startTime === undefined;
  const template = movable ? withPlacementOf(spec.template, before.template) : spec.template;
  if (!deepEqual(template, before.template)) errors.invalid('spec.template', spec.template, IMMUTABLE);
  validateImmutable(spec.completionMode, before.completionMode, 'spec.completionMode', errors);
  validateImmutable(spec.podFailurePolicy, before.podFailurePolicy, 'spec.podFailurePolicy', errors);
  validateImmutable(spec.backoffLimitPerIndex, before.backoffLimitPerIndex, 'spec.backoffLimitPerIndex', errors);
  validateImmutable(spec.managedBy, before.managedBy, 'spec.managedBy', errors);
  validateImmutable(spec.successPolicy, before.successPolicy, 'spec.successPolicy', errors);
}
