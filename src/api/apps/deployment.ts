import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative, notOneOf } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { intOrPercentNumber, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent.ts';
import type { Json } from '../shared/json.ts';
import { nameWarnings } from '../shared/name-warning.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { selectorText } from '../shared/selector-use.ts';
import { carryGeneration, keepOld, takeStatusOnly, validateImmutable } from '../shared/transitions.ts';
import { selectorColumn, templateColumns } from '../shared/workload-columns.ts';
import {
  replicaScale,
  templateWarnings,
  validateCollisions,
  validateReplicaCounts,
  validateSelectedTemplate,
} from '../shared/workload-spec.ts';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  defaultTemplate(spec);
  spec.selector ??= null;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

function validateStrategy(strategy: Json, errors: FieldErrors): void {
  const rolling = strategy.rollingUpdate;
  const field = 'spec.strategy.rollingUpdate';
  if (strategy.type === 'Recreate') {
    if (rolling !== undefined) {
      errors.forbidden(field, "may not be specified when strategy `type` is 'Recreate'");
    }
  } else if (strategy.type === 'RollingUpdate') {
    validateIntOrPercent(rolling.maxUnavailable, `${field}.maxUnavailable`, errors);
    validateIntOrPercent(rolling.maxSurge, `${field}.maxSurge`, errors);
    if (intOrPercentNumber(rolling.maxUnavailable) === 0 && intOrPercentNumber(rolling.maxSurge) === 0) {
      errors.invalid(`${field}.maxUnavailable`, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    }
    validateAtMost100Percent(rolling.maxUnavailable, `${field}.maxUnavailable`, errors);
  } else notOneOf('spec.strategy', strategy, ['Recreate', 'RollingUpdate'], errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec = object.spec;
  nonNegative(spec.replicas, 'spec.replicas', errors);
  validateSelectedTemplate(spec, errors);
  validateStrategy(spec.strategy, errors);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  const deadline: number | undefined = spec.progressDeadlineSeconds;
  if (deadline === undefined) return;
  nonNegative(deadline, 'spec.progressDeadlineSeconds', errors);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];
const PARTS = ['updatedReplicas', 'readyReplicas', 'availableReplicas'];

/** apps/v1 Deployment. Its generation follows annotations too, which hold the revision history. */
export const deployment: KindDefinition = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = {};
      draft.metadata.generation = 1;
    },
    validate,
    warnings: (object) => [...nameWarnings(object), ...templateWarnings(object, null)],
  },
  update: {
    prepare(draft, old) {
      keepOld(draft, old, 'status');
      const same =
        deepEqual(draft.spec, old.spec) && deepEqual(draft.metadata.annotations ?? {}, old.metadata.annotations ?? {});
      carryGeneration(draft, old, !same);
    },
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector', errors);
    },
    warnings: templateWarnings,
  },
  status: {
    prepare(draft, old) {
      takeStatusOnly(draft, old);
      if (old.metadata.labels === undefined) delete draft.metadata.labels;
      else draft.metadata.labels = old.metadata.labels;
    },
    validate(object, old, errors) {
      validateReplicaCounts(object, COUNTS, PARTS, errors);
      validateCollisions(object, old, errors);
    },
  },
  resetFields: { main: [['status']], status: [['spec'], ['metadata', 'labels']] },
  scale: replicaScale((object) => selectorText(object.spec?.selector)),
  columns: [
    NAME,
    text('Ready', (object) => `${object.status?.readyReplicas ?? 0}/${object.spec.replicas}`),
    text('Up-to-date', (object) => object.status?.updatedReplicas ?? 0),
    text('Available', (object) => object.status?.availableReplicas ?? 0),
    AGE,
    ...templateColumns,
    selectorColumn,
  ],
});
