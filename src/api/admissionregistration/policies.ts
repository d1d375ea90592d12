import { qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Column, Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach } from '../shared/checks.ts';
import { AGE, integer, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { carryGeneration, takeAllButStatus, takeStatusAlone } from '../shared/transitions.ts';
import { validateSubdomain } from '../shared/validation.ts';
import {
  defaultMatchResources,
  paramKindText,
  paramRefText,
  validateExpression,
  validateMatchResources,
  validateParamRef,
  validatePolicyCommon,
} from './policy-parts.ts';

const COMMON = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  unconditionalUpdate: false,
} as const;
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];

function defaultPolicy(draft: Draft): void {
  draft.spec ??= {};
  draft.spec.failurePolicy ??= 'Fail';
  defaultMatchResources(draft.spec.matchConstraints);
}

function validateValidating(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  validatePolicyCommon(spec, errors);
  const validations: readonly Json[] = spec.validations ?? [];
  const annotations: readonly Json[] = spec.auditAnnotations ?? [];
  if (validations.length === 0 && annotations.length === 0) {
    for (const field of ['validations', 'auditAnnotations']) {
      errors.required(`spec.${field}`, 'validations or auditAnnotations must be non-empty');
    }
    return;
  }
  for (const [i, validation] of validations.entries()) {
    const field = `spec.validations[${i}]`;
    validateExpression(validation.expression, 'bool', `${field}.expression`, errors);
    if ((validation.messageExpression ?? '') !== '') {
      validateExpression(validation.messageExpression, 'string', `${field}.messageExpression`, errors);
    }
    const { reason } = validation;
    if (reason !== undefined && !REASONS.includes(reason)) errors.notSupported(`${field}.reason`, reason, REASONS);
  }
  for (const [i, { key = '', valueExpression }] of annotations.entries()) {
    const field = `spec.auditAnnotations[${i}]`;
    if (key === '') errors.required(`${field}.key`);
    else invalidEach(qualifiedName(key), `${field}.key`, key, errors);
    validateExpression(valueExpression, 'dyn', `${field}.valueExpression`, errors);
  }
}

function validateMutating(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  validatePolicyCommon(spec, errors);
  const mutations: readonly Json[] = spec.mutations ?? [];
  if (mutations.length === 0) errors.required('spec.mutations', 'mutations must contain at least one item');
  for (const [i, mutation] of mutations.entries()) {
    const field = `spec.mutations[${i}]`;
    const type: string = mutation.patchType ?? '';
    if (type === '') errors.required(`${field}.patchType`);
    else if (!PATCH_TYPES.includes(type)) errors.notSupported(`${field}.patchType`, type, PATCH_TYPES);
    const part = type === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
    if (type !== '' && mutation[part] === undefined)
      errors.required(`${field}.${part}`, `must be specified when patchType is ${type}`);
  }
  const reinvocation: string = spec.reinvocationPolicy ?? '';
  if (reinvocation === '') errors.required('spec.reinvocationPolicy');
  else if (reinvocation !== 'Never' && reinvocation !== 'IfNeeded') {
    errors.notSupported('spec.reinvocationPolicy', reinvocation, ['IfNeeded', 'Never']);
  }
}

function validateBinding(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  const name: string = spec.policyName ?? '';
  if (name === '') errors.required('spec.policyName');
  else validateSubdomain(name, 'spec.policyName', errors);
  validateParamRef(spec.paramRef, 'spec.paramRef', errors);
  if (spec.matchResources !== undefined) validateMatchResources(spec.matchResources, 'spec.matchResources', errors);
}

function validateValidatingBinding(object: KubeObject, errors: FieldErrors): void {
  validateBinding(object, errors);
  const actions: readonly string[] = object.spec?.validationActions ?? [];
  const field = 'spec.validationActions';
  if (actions.length === 0) errors.required(field);
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.notSupported(`${field}[${i}]`, action, ACTIONS);
    if (actions.indexOf(action) < i) errors.duplicate(`${field}[${i}]`, action);
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    errors.invalid(
      field,
      actions,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    );
  }
}

type Check = (object: KubeObject, errors: FieldErrors) => void;

const strategies = (validate: Check): Pick<KindDefinition, 'create' | 'update'> => ({
  create: { validate },
  update: {
    prepare: (draft, old) => carryGeneration(draft, old),
    validate: (object, _old, errors) => validate(object, errors),
  },
});

const defaultBinding = (draft: Draft): void => defaultMatchResources(draft.spec?.matchResources);
const bindingColumns: readonly Column[] = [
  NAME,
  text('PolicyName', (o) => o.spec?.policyName ?? ''),
  text('ParamRef', paramRefText),
  AGE,
];

export const validatingAdmissionPolicy = defineKind({
  ...COMMON,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  defaults: defaultPolicy,
  create: {
    prepare(draft) {
      draft.status = {};
    },
    validate: validateValidating,
  },
  update: { prepare: takeAllButStatus, validate: (object, _old, errors) => validateValidating(object, errors) },
  status: { prepare: takeStatusAlone },
  resetFields: { status: [['metadata'], ['spec']] },
  columns: [
    NAME,
    integer('Validations', (o) => (o.spec?.validations ?? []).length),
    text('ParamKind', paramKindText),
    AGE,
  ],
});

export const validatingAdmissionPolicyBinding = defineKind({
  ...COMMON,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  defaults: defaultBinding,
  ...strategies(validateValidatingBinding),
  columns: bindingColumns,
});

export const mutatingAdmissionPolicy = defineKind({
  ...COMMON,
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  defaults: defaultPolicy,
  ...strategies(validateMutating),
  columns: [NAME, integer('Mutations', (o) => (o.spec?.mutations ?? []).length), text('ParamKind', paramKindText), AGE],
});

export const mutatingAdmissionPolicyBinding = defineKind({
  ...COMMON,
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  defaults: defaultBinding,
  ...strategies(validateBinding),
  columns: bindingColumns,
});
