import { rfc3339 } from '../../../base/time.ts';
import type { FieldErrors } from '../../../schema/field-errors.ts';
import type { CreateStrategy, Draft, StrategyContext } from '../../../schema/kind.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { validateImageWhitespace } from '../../shared/container.ts';
import type { Json } from '../../shared/json.ts';
import { nameWarnings } from '../../shared/name-warning.ts';
import { validatePodAnnotations } from '../../shared/pod-annotations.ts';
import { mirrorServiceAccount } from '../../shared/pod-defaults.ts';
import { validatePodSpec } from '../../shared/pod-spec.ts';
import { podWarnings } from '../../shared/pod-warnings.ts';
import { qosClass } from '../../shared/qos.ts';

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

function addKeys(holder: Json, keys: Json, operator: 'In' | 'NotIn', labels: Json): void {
  for (const key of keys ?? []) {
    const value = labels?.[key];
    if (value === undefined || holder.labelSelector === undefined) continue;
    const selector = holder.labelSelector;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}

/** `matchLabelKeys` become requirements with the values that the new pod's labels have. */
function mergeLabelKeys(draft: Draft): void {
  const labels = draft.metadata.labels;
  const { affinity, topologySpreadConstraints } = draft.spec;
  for (const name of ['podAffinity', 'podAntiAffinity'] as const) {
    const part = affinity?.[name];
    if (part === undefined) continue;
    const preferred: readonly Json[] = part.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const required: readonly Json[] = part.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of [...required, ...preferred.map((weighted) => weighted.podAffinityTerm ?? {})]) {
      addKeys(term, term.matchLabelKeys, 'In', labels);
      addKeys(term, term.mismatchLabelKeys, 'NotIn', labels);
    }
  }
  for (const constraint of topologySpreadConstraints ?? []) {
    addKeys(constraint, constraint.matchLabelKeys, 'In', labels);
  }
}

/** Negative grace is taken for one second. */
export function repairGrace(spec: Json): void {
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
}

/** `lifecycle.stopSignal` is there with its gate only. */
function dropStopSignals(spec: Json): void {
  for (const list of [spec.containers, spec.initContainers]) {
    for (const { lifecycle } of list ?? []) if (lifecycle !== undefined) delete lifecycle.stopSignal;
  }
}

function prepare(draft: Draft, context: StrategyContext): void {
  const spec = draft.spec;
  if (context.gates.ContainerStopSignals !== true) dropStopSignals(spec);
  draft.metadata.generation = 1;
  repairGrace(spec);
  mirrorServiceAccount(spec);
  if (spec.affinity !== undefined || spec.topologySpreadConstraints !== undefined) mergeLabelKeys(draft);
  draft.status = { phase: 'Pending' };
  if ((spec.schedulingGates?.length ?? 0) > 0) {
    draft.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: rfc3339(context.clock.now()),
        reason: 'SchedulingGated',
        message: GATED,
      },
    ];
  }
  draft.status.qosClass = qosClass(spec);
}

/** What holds for every pod, new or changed, beyond what holds for templates. */
export function validatePod(object: KubeObject, errors: FieldErrors): void {
  const spec = object.spec;
  const { name = '', annotations } = object.metadata;
  validatePodAnnotations(annotations, spec, 'metadata.annotations', errors);
  validatePodSpec(spec, 'spec', { isPod: true, name }, errors);
  if (!spec.serviceAccountName) {
    const volumes: readonly Json[] = spec.volumes ?? [];
    for (let v = 0; v < volumes.length; v++) {
      const sources: readonly Json[] = volumes[v].projected?.sources ?? [];
      for (let i = 0; i < sources.length; i++) {
        if (sources[i].serviceAccountToken === undefined) continue;
        errors.forbidden(
          `spec.volumes[${v}].projected.sources[${i}].serviceAccountToken`,
          'must not be specified when serviceAccountName is not set',
        );
      }
    }
  }
  if (spec.containers) validateImageWhitespace(spec.containers, 'spec.containers', 0, errors);
  if (spec.initContainers) validateImageWhitespace(spec.initContainers, 'spec.initContainers', 0, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  validatePod(object, errors);
  if ((object.spec.ephemeralContainers?.length ?? 0) > 0) {
    errors.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  }
  if (object.spec.nodeName && (object.spec.schedulingGates?.length ?? 0) > 0) {
    errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  }
}

export const podCreate: CreateStrategy = {
  prepare,
  validate,
  warnings: (object) => [...nameWarnings(object, "the Pod's hostname"), ...podWarnings(object)],
};
