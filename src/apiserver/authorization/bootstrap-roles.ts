import type { PolicyRule } from './rules.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const PROBES = ['/healthz', '/healthz/*', '/livez', '/livez/*', '/readyz', '/readyz/*'];

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): PolicyRule => ({
  apiGroups: [group],
  resources: [...resources],
  verbs: [...verbs],
});
const withStatus = (...names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}/status`]);

const CORE_WORKLOADS = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'services',
];
const SCALED = ['deployments', 'replicasets', 'statefulsets'];

const VIEW: readonly PolicyRule[] = [
  rule(
    '',
    [
      ...CORE_WORKLOADS,
      'persistentvolumeclaims/status',
      'pods/log',
      'pods/status',
      'replicationcontrollers/status',
      'services/status',
    ],
    READ,
  ),
  rule(
    '',
    ['bindings', 'events', 'limitranges', 'namespaces', 'namespaces/status', 'resourcequotas', 'resourcequotas/status'],
    READ,
  ),
  rule('discovery.k8s.io', ['endpointslices'], READ),
  rule(
    'apps',
    [
      'controllerrevisions',
      'daemonsets',
      'daemonsets/status',
      ...SCALED.flatMap((name) => [name, `${name}/scale`, `${name}/status`]),
    ],
    READ,
  ),
  rule('autoscaling', withStatus('horizontalpodautoscalers'), READ),
  rule('batch', withStatus('cronjobs', 'jobs'), READ),
  rule('policy', withStatus('poddisruptionbudgets'), READ),
  rule('networking.k8s.io', ['ingresses', 'ingresses/status', 'networkpolicies'], READ),
];

const EDIT: readonly PolicyRule[] = [
  rule('', ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'], READ),
  rule('', ['serviceaccounts'], ['impersonate']),
  rule('', ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'], WRITE),
  rule('', ['pods/eviction', 'serviceaccounts/token'], ['create']),
  rule(
    '',
    [
      'configmaps',
      'endpoints',
      'events',
      'persistentvolumeclaims',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'secrets',
      'serviceaccounts',
      'services',
      'services/proxy',
    ],
    WRITE,
  ),
  rule('discovery.k8s.io', ['endpointslices'], WRITE),
  rule('apps', ['daemonsets', 'deployments/rollback', ...SCALED.flatMap((name) => [name, `${name}/scale`])], WRITE),
  rule('autoscaling', ['horizontalpodautoscalers'], WRITE),
  rule('batch', ['cronjobs', 'jobs'], WRITE),
  rule('policy', ['poddisruptionbudgets'], WRITE),
  rule('networking.k8s.io', ['ingresses', 'networkpolicies'], WRITE),
  rule('coordination.k8s.io', ['leases'], [...READ, ...WRITE]),
];

const ADMIN: readonly PolicyRule[] = [
  rule('authorization.k8s.io', ['localsubjectaccessreviews'], ['create']),
  rule(GROUP, ['rolebindings', 'roles'], [...READ, ...WRITE]),
];

interface Role {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Aggregates all roles with this label. */
  readonly aggregate?: string;
}

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

const ROLES: readonly Role[] = [
  { name: 'cluster-admin', rules: [rule('*', ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }] },
  {
    name: 'system:discovery',
    rules: [
      { nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...HEALTH], verbs: ['get'] },
    ],
  },
  { name: 'system:public-info-viewer', rules: [{ nonResourceURLs: HEALTH, verbs: ['get'] }] },
  {
    name: 'system:basic-user',
    rules: [
      rule('authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
      rule('authentication.k8s.io', ['selfsubjectreviews'], ['create']),
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      {
        nonResourceURLs: [
          '/.well-known/openid-configuration',
          '/.well-known/openid-configuration/',
          '/openid/v1/jwks',
          '/openid/v1/jwks/',
        ],
        verbs: ['get'],
      },
    ],
  },
  {
    name: 'system:monitoring',
    rules: [{ nonResourceURLs: [...PROBES, '/metrics', '/metrics/objects', '/metrics/slis'], verbs: ['get'] }],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule('', ['nodes'], ['get', 'list', 'watch']),
      rule('', ['nodes'], ['proxy']),
      rule('', ['nodes/log', 'nodes/metrics', 'nodes/proxy', 'nodes/stats'], ['*']),
    ],
  },
  { name: 'view', rules: VIEW, labels: { [`${AGGREGATE}edit`]: 'true' }, aggregate: 'view' },
  { name: 'edit', rules: [...EDIT, ...VIEW], labels: { [`${AGGREGATE}admin`]: 'true' }, aggregate: 'edit' },
  { name: 'admin', rules: [...ADMIN, ...EDIT, ...VIEW], aggregate: 'admin' },
  { name: 'system:aggregate-to-view', rules: VIEW, labels: { [`${AGGREGATE}view`]: 'true' } },
  { name: 'system:aggregate-to-edit', rules: EDIT, labels: { [`${AGGREGATE}edit`]: 'true' } },
  { name: 'system:aggregate-to-admin', rules: ADMIN, labels: { [`${AGGREGATE}admin`]: 'true' } },
];

/** Role and the groups it is bound to. */
const BINDINGS: readonly (readonly [role: string, ...groups: readonly string[]])[] = [
  ['cluster-admin', 'system:masters'],
  ['system:discovery', 'system:authenticated'],
  ['system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'],
  ['system:basic-user', 'system:authenticated'],
  ['system:monitoring', 'system:monitoring'],
  ['system:service-account-issuer-discovery', 'system:serviceaccounts'],
];

const bootstrapped = (name: string, labels: Readonly<Record<string, string>> = {}): object => ({
  name,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
});

/** ClusterRoles and ClusterRoleBindings every cluster starts with (api.md 9), as a client would create them. */
export function bootstrapRbac(): {
  readonly clusterRoles: readonly object[];
  readonly clusterRoleBindings: readonly object[];
} {
  return {
    clusterRoles: ROLES.map(({ name, rules, labels, aggregate }) => ({
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: bootstrapped(name, labels),
      rules,
      ...(aggregate === undefined
        ? {}
        : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${aggregate}`]: 'true' } }] } }),
    })),
    clusterRoleBindings: BINDINGS.map(([role, ...groups]) => ({
      apiVersion: API_VERSION,
      kind: 'ClusterRoleBinding',
      metadata: bootstrapped(role),
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
      subjects: groups.map((name) => ({ apiGroup: GROUP, kind: 'Group', name })),
    })),
  };
}
