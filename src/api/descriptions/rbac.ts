import type { Texts } from './texts.ts';

const RULES = 'What is allowed; nothing is ever forbidden by a rule.';
const SUBJECTS = 'Who gets the role.';
const ROLE_REF = 'The role. Cannot be changed: make another binding.';
const GRANT = 'You can only grant what you may do yourself.';

export const RBAC: Texts = {
  prefix: 'io.k8s.api.rbac.v1',
  texts: {
    Role: { '': `Rights within one namespace. ${GRANT}`, rules: RULES },
    ClusterRole: {
      '': `Rights in the whole cluster or, by a RoleBinding, in one namespace. ${GRANT}`,
      rules: RULES,
      aggregationRule:
        'Names other ClusterRoles whose rules this one should have. Perdure stores it but does not collect them: fill in rules as well.',
    },
    AggregationRule: { clusterRoleSelectors: 'ClusterRoles whose rules are collected; one that matches any is in.' },
    RoleBinding: { '': 'Gives a role to somebody within its namespace.', subjects: SUBJECTS, roleRef: ROLE_REF },
    ClusterRoleBinding: {
      '': 'Gives a ClusterRole to somebody in all namespaces.',
      subjects: SUBJECTS,
      roleRef: ROLE_REF,
    },
    PolicyRule: {
      verbs:
        'get, list, watch, create, update, patch, delete, deletecollection, and special ones such as bind, escalate, impersonate; `*` for all.',
      apiGroups: 'Groups of the resources; `""` is the core group, `*` all.',
      resources: 'Resources in the plural, also `pods/log`, `statefulsets/scale`; `*` for all.',
      resourceNames: 'Only objects of these names. Not of use for create, list and deletecollection.',
      nonResourceURLs: 'Paths that are no resources, such as `/metrics`; a `*` may end one. In ClusterRoles only.',
    },
    RoleRef: {
      apiGroup: 'Always `rbac.authorization.k8s.io`.',
      kind: '`Role` of the same namespace, or `ClusterRole`.',
      name: 'Its name.',
    },
    Subject: {
      kind: '`User`, `Group` or `ServiceAccount`.',
      apiGroup: '`rbac.authorization.k8s.io` for users and groups, empty for service accounts.',
      name: 'Its name.',
      namespace: 'Namespace of a service account.',
    },
  },
};
