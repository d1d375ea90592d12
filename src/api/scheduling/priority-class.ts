import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { notOneOf } from '../shared/checks.ts';
import { AGE, flag, integer, NAME, text } from '../shared/columns.ts';
import { carryGeneration, validateImmutable } from '../shared/transitions.ts';

const POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_USER_PRIORITY = 1_000_000_000;
/** The two classes the server makes itself. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function validateSystemName(name: string, object: KubeObject, errors: FieldErrors): void {
  const known = SYSTEM[name];
  const why =
    known === undefined
      ? `${name} is not a known system priority class`
      : object.value !== known
        ? `value of ${name} PriorityClass must be ${known}`
        : object.globalDefault === true
          ? `globalDefault of ${name} PriorityClass must be false`
          : null;
  if (why === null) return;
  errors.forbidden(
    'metadata.name',
    `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`,
  );
}

function validatePolicy(object: KubeObject, errors: FieldErrors): void {
  const policy = object.preemptionPolicy;
  if (policy !== undefined && !POLICIES.includes(policy)) notOneOf('preemptionPolicy', policy, POLICIES, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const name = object.metadata.name ?? '';
  if (name.startsWith('system-')) validateSystemName(name, object, errors);
  else if (object.value > MAX_USER_PRIORITY) {
    errors.forbidden('value', `maximum allowed value of a user defined priority is ${MAX_USER_PRIORITY}`);
  }
  validatePolicy(object, errors);
}

export const priorityClass = defineKind({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  generation: true,
  defaults(draft) {
    draft.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  create: { validate },
  update: {
    prepare: (draft, old) => carryGeneration(draft, old, false),
    validate(object, old, errors) {
      if (object.value !== old.value) errors.forbidden('value', 'may not be changed in an update.');
      validateImmutable(object.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy', errors);
    },
  },
  columns: [
    NAME,
    integer('Value', (o) => o.value ?? 0),
    flag('Global-Default', (o) => o.globalDefault === true),
    AGE,
    text('PreemptionPolicy', (o) => o.preemptionPolicy ?? 'PreemptLowerPriority'),
  ],
});
