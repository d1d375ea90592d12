import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative } from '../shared/checks.ts';
import { AGE, NAME } from '../shared/columns.ts';
import { nameWarnings } from '../shared/name-warning.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { selectorText } from '../shared/selector-use.ts';
import { takeAllButStatus, takeStatusOnly, validateImmutable } from '../shared/transitions.ts';
import { replicaColumns, selectorColumn, templateColumns } from '../shared/workload-columns.ts';
import {
  replicaScale,
  templateWarnings,
  validateReplicaCounts,
  validateSelectedTemplate,
} from '../shared/workload-spec.ts';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  draft.spec.selector ??= null;
  draft.spec.replicas ??= 1;
  defaultTemplate(draft.spec);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  nonNegative(object.spec.replicas, 'spec.replicas', errors);
  nonNegative(object.spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateSelectedTemplate(object.spec, errors);
}

/** Counts of a ReplicaSet's or ReplicationController's status. */
export const REPLICA_COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
];
export const REPLICA_PARTS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];

/** apps/v1 ReplicaSet. */
export const replicaSet: KindDefinition = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { replicas: 0 };
      draft.metadata.generation = 1;
    },
    validate,
    warnings: (object) => [...nameWarnings(object), ...templateWarnings(object, null)],
  },
  update: {
    prepare: takeAllButStatus,
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector', errors);
    },
    warnings: templateWarnings,
  },
  status: {
    prepare: takeStatusOnly,
    validate: (object, _old, errors) => validateReplicaCounts(object, REPLICA_COUNTS, REPLICA_PARTS, errors),
  },
  scale: replicaScale((object) => selectorText(object.spec?.selector)),
  columns: [NAME, ...replicaColumns, AGE, ...templateColumns, selectorColumn],
});
