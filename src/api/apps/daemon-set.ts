import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { formatLabels } from '../../schema/selectors.ts';
import { defineKind } from '../generic.ts';
import { nonNegative, notOneOf } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { intOrPercentNumber, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent.ts';
import type { Json } from '../shared/json.ts';
import { isEmptySelector, validateLabelSelector } from '../shared/label-selector.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { validatePodTemplate, validateServingTemplate } from '../shared/pod-template.ts';
import { matcherOrNull } from '../shared/selector-use.ts';
import { takeAllButStatus, takeStatusOnly, validateImmutable } from '../shared/transitions.ts';
import { selectorColumn, statusCount, templateColumns } from '../shared/workload-columns.ts';
import { templateWarnings, validateCollisions } from '../shared/workload-spec.ts';

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  defaultTemplate(spec);
  spec.selector ??= null;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
}

function validateStrategy(strategy: Json, errors: FieldErrors): void {
  if (strategy.type === 'OnDelete') return;
  if (strategy.type !== 'RollingUpdate') {
    notOneOf('spec.updateStrategy', strategy, ['RollingUpdate', 'OnDelete'], errors);
    return;
  }
  const field = 'spec.updateStrategy.rollingUpdate';
  const { maxUnavailable, maxSurge } = strategy.rollingUpdate;
  validateIntOrPercent(maxUnavailable, `${field}.maxUnavailable`, errors);
  validateIntOrPercent(maxSurge, `${field}.maxSurge`, errors);
  validateAtMost100Percent(maxUnavailable, `${field}.maxUnavailable`, errors);
  validateAtMost100Percent(maxSurge, `${field}.maxSurge`, errors);
  const unavailable = intOrPercentNumber(maxUnavailable) !== 0;
  const surge = intOrPercentNumber(maxSurge) !== 0;
  if (unavailable && surge) {
    errors.invalid(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  } else if (!unavailable && !surge) errors.required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec = object.spec;
  const selector = spec.selector ?? undefined;
  validateLabelSelector(selector, 'spec.selector', errors);
  const matcher = matcherOrNull(selector);
  const labels = spec.template.metadata?.labels;
  if (matcher !== null && !matcher.everything && !matcher.matches(labels ?? {})) {
    errors.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  if (selector !== undefined && isEmptySelector(selector)) {
    errors.invalid('spec.selector', selector, 'empty selector is invalid for daemonset');
  }
  validatePodTemplate(spec.template, 'spec.template', errors);
  validateServingTemplate(spec.template, 'DaemonSet', 'spec.template', errors);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateStrategy(spec.updateStrategy, errors);
  nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
] as const;

/** The template's own counter lives on as an annotation; clients cannot set it. */
function setTemplateGeneration(draft: Draft, generation: number): void {
  draft.metadata.annotations = { ...draft.metadata.annotations, [GENERATION_ANNOTATION]: String(generation) };
}

/** apps/v1 DaemonSet. */
export const daemonSet: KindDefinition = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
      draft.metadata.generation = 1;
      setTemplateGeneration(draft, 1);
    },
    validate,
    warnings: (object) => templateWarnings(object, null),
  },
  update: {
    prepare(draft, old) {
      takeAllButStatus(draft, old);
      const before = Number(old.metadata.annotations?.[GENERATION_ANNOTATION] ?? 0);
      setTemplateGeneration(draft, deepEqual(draft.spec.template, old.spec.template) ? before : before + 1);
    },
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector', errors);
    },
    warnings: templateWarnings,
  },
  status: {
    prepare: takeStatusOnly,
    validate(object, old, errors) {
      for (const name of COUNTS) nonNegative(object.status?.[name], `status.${name}`, errors);
      nonNegative(object.status?.collisionCount, 'status.collisionCount', errors);
      validateCollisions(object, old, errors);
    },
  },
  derivedAnnotations: [GENERATION_ANNOTATION],
  columns: [
    NAME,
    statusCount('Desired', 'desiredNumberScheduled'),
    statusCount('Current', 'currentNumberScheduled'),
    statusCount('Ready', 'numberReady'),
    statusCount('Up-to-date', 'updatedNumberScheduled'),
    statusCount('Available', 'numberAvailable'),
    text('Node Selector', (object) => formatLabels(object.spec?.template?.spec?.nodeSelector)),
    AGE,
    ...templateColumns,
    selectorColumn,
  ],
});
