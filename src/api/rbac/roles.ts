import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { CREATED_AT, NAME } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { validateRules } from './rules.ts';

const COMMON = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  nameRule: 'path',
  createOnUpdate: true,
  columns: [NAME, CREATED_AT],
} as const;

const validateRole = (object: KubeObject, errors: FieldErrors): void => validateRules(object.rules, true, errors);

function validateClusterRole(object: KubeObject, errors: FieldErrors): void {
  validateRules(object.rules, false, errors);
  const selectors: readonly Json[] | undefined = object.aggregationRule?.clusterRoleSelectors;
  if (object.aggregationRule === undefined) return;
  const field = 'aggregationRule.clusterRoleSelectors';
  if ((selectors ?? []).length === 0)
    errors.required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  for (const [i, selector] of (selectors ?? []).entries()) validateLabelSelector(selector, `${field}[${i}]`, errors);
}

export const role = defineKind({
  ...COMMON,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  create: { validate: validateRole },
  update: { validate: (object, _old, errors) => validateRole(object, errors) },
});

export const clusterRole = defineKind({
  ...COMMON,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  create: { validate: validateClusterRole },
  update: { validate: (object, _old, errors) => validateClusterRole(object, errors) },
});
