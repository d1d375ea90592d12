import { deepEqual } from '../../base/json.ts';
import type { Draft } from '../../schema/kind.ts';
import type { Json } from '../shared/json.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';

const MAX_INT32 = 2147483647;

/** Patterns on pod conditions are about conditions that hold. */
export function defaultPodFailurePolicy(policy: Json): void {
  for (const rule of policy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}

export function defaultJob(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  defaultTemplate(spec);
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  inheritLabels(draft);
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  defaultPodFailurePolicy(spec.podFailurePolicy);
}

/** Labels that are left out are those of the template, as often as the job is read. */
export function inheritLabels(draft: Draft): void {
  const labels = draft.spec.template?.metadata?.labels;
  if (labels !== undefined) draft.metadata.labels ??= { ...labels };
}

export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
export const JOB_NAME = 'batch.kubernetes.io/job-name';
export const LEGACY_CONTROLLER_UID = 'controller-uid';
export const LEGACY_JOB_NAME = 'job-name';

/** Selector and template labels that no other job has; what the client set stays and is judged by validation. */
export function generateSelector(draft: Draft): void {
  const spec = draft.spec;
  if (spec.manualSelector === true) return;
  const { uid, name } = draft.metadata;
  const before = spec.template.metadata.labels;
  const inherited = draft.metadata.labels === undefined || deepEqual(draft.metadata.labels, before);
  spec.template.metadata.labels = {
    [LEGACY_JOB_NAME]: name,
    [JOB_NAME]: name,
    [LEGACY_CONTROLLER_UID]: uid,
    [CONTROLLER_UID]: uid,
    ...before,
  };
  if (inherited) draft.metadata.labels = { ...spec.template.metadata.labels };
  spec.selector ??= {};
  spec.selector.matchLabels = { [CONTROLLER_UID]: uid, ...spec.selector.matchLabels };
}
