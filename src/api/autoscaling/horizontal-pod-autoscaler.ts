import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative } from '../shared/checks.ts';
import { AGE, integer, NAME, text } from '../shared/columns.ts';
import { keepOld } from '../shared/transitions.ts';
import { defaultBehavior, validateBehavior } from './behavior.ts';
import { targetsText, validateMetrics, validateReference } from './metrics.ts';

const AT_LEAST = 'must be greater than or equal to';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  spec.minReplicas ??= 1;
  spec.metrics ??= [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ];
  defaultBehavior(spec);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const { minReplicas: min, maxReplicas: max = 0, scaleTargetRef, behavior } = object.spec;
  if (min < 1) errors.invalid('spec.minReplicas', min, `${AT_LEAST} 1`);
  if (max < 1) errors.required('spec.maxReplicas', 'must be set and greater than 0');
  if (max < min) errors.invalid('spec.maxReplicas', max, `${AT_LEAST} \`minReplicas\``);
  validateReference(scaleTargetRef, 'spec.scaleTargetRef', errors);
  validateMetrics(object.spec, errors);
  validateBehavior(behavior, errors);
}

const targetText = (object: KubeObject): string =>
  `${object.spec?.scaleTargetRef?.kind ?? ''}/${object.spec?.scaleTargetRef?.name ?? ''}`;

/** autoscaling/v2 HorizontalPodAutoscaler, the stored version. It counts no generations. */
export const horizontalPodAutoscaler: KindDefinition = defineKind({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  defaults,
  create: {
    prepare(draft) {
      draft.status = { desiredReplicas: 0, currentMetrics: null };
    },
    validate,
  },
  update: {
    prepare: (draft, old) => keepOld(draft, old, 'status'),
    validate: (object, _old, errors) => validate(object, errors),
  },
  status: {
    prepare: (draft, old) => keepOld(draft, old, 'spec'),
    validate(object, _old, errors) {
      nonNegative(object.status?.currentReplicas, 'status.currentReplicas', errors);
      nonNegative(object.status?.desiredReplicas, 'status.desiredReplicas', errors);
    },
  },
  columns: [
    NAME,
    text('Reference', targetText),
    text('Targets', (object) => targetsText(object.spec, object.status)),
    text('MinPods', (object) => (object.spec?.minReplicas === undefined ? '<unset>' : String(object.spec.minReplicas))),
    integer('MaxPods', (object) => object.spec?.maxReplicas ?? 0),
    integer('Replicas', (object) => object.status?.currentReplicas ?? 0),
    AGE,
  ],
});
