import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { formatLabels, labelSetMatcher } from '../../schema/selectors.ts';
import { REPLICA_COUNTS, REPLICA_PARTS } from '../apps/replica-set.ts';
import { defineKind } from '../generic.ts';
import { nonNegative, validateLabels } from '../shared/checks.ts';
import { AGE, NAME, wide } from '../shared/columns.ts';
import { nameWarnings } from '../shared/name-warning.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { validatePodTemplate, validateServingTemplate } from '../shared/pod-template.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { replicaColumns, templateColumns } from '../shared/workload-columns.ts';
import { replicaScale, validateReplicaCounts } from '../shared/workload-spec.ts';

/** Selector and labels come from the template's labels when they are left out. */
function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined) {
    spec.selector ??= { ...labels };
    draft.metadata.labels ??= { ...labels };
  }
  spec.replicas ??= 1;
  if (spec.template !== undefined) defaultTemplate(spec);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const { minReadySeconds, selector = {}, replicas, template } = object.spec;
  nonNegative(minReadySeconds, 'spec.minReadySeconds', errors);
  if (Object.keys(selector).length === 0) errors.required('spec.selector');
  else validateLabels(selector, 'spec.selector', errors);
  nonNegative(replicas, 'spec.replicas', errors);
  if (template === undefined) {
    errors.required('spec.template');
    return;
  }
  const labels = template.metadata?.labels;
  const matcher = labelSetMatcher(selector);
  if (matcher.requirements.length > 0 && !matcher.matches(labels ?? {})) {
    errors.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  validatePodTemplate(template, 'spec.template', errors);
  validateServingTemplate(template, 'ReplicationController', 'spec.template', errors);
}

/** v1 ReplicationController, the ReplicaSet of old. */
export const replicationController: KindDefinition = defineKind({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { replicas: 0 };
      draft.metadata.generation = 1;
    },
    validate,
    warnings: (object) => [...nameWarnings(object), ...podTemplateWarnings(object.spec.template, 'spec.template')],
  },
  update: {
    prepare: takeAllButStatus,
    validate: (object, _old, errors) => validate(object, errors),
  },
  status: {
    prepare(draft, old) {
      takeStatusOnly(draft, old);
      const labels = draft.spec?.template?.metadata?.labels;
      if (labels !== undefined) draft.metadata.labels ??= { ...labels };
    },
    validate: (object, _old, errors) => validateReplicaCounts(object, REPLICA_COUNTS, REPLICA_PARTS, errors),
  },
  scale: replicaScale((object) => {
    const text = formatLabels(object.spec?.selector);
    return text === '<none>' ? '' : text;
  }),
  selectableFields: { 'status.replicas': (object) => String(object.status?.replicas ?? 0) },
  columns: [
    NAME,
    ...replicaColumns,
    AGE,
    ...templateColumns,
    wide('Selector', (object) => formatLabels(object.spec?.selector)),
  ],
});
