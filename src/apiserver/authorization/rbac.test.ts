import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { type Attributes, denied } from './attributes.ts';
import { bootstrapRbac } from './bootstrap-roles.ts';
import { checkBinding, checkRole } from './escalation.ts';
import { RbacAuthorizer } from './rbac.ts';
import type { PolicyRule } from './rules.ts';

const object = (name: string, body: object): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'X',
  metadata: { name },
  ...body,
});
const roles = new Map<string, KubeObject>([
  [
    'ns/r',
    object('r', {
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['list'] },
        { apiGroups: ['apps'], resources: ['*/scale'], verbs: ['get'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['yes'], verbs: ['get'] },
      ],
    }),
  ],
]);
const authorizer = new RbacAuthorizer({
  clusterRoleBindings: () => [
    object('d', {
      roleRef: { kind: 'ClusterRole', name: 'discovery' },
      subjects: [{ kind: 'Group', name: 'system:authenticated' }],
    }),
  ],
  roleBindings: (namespace) =>
    namespace === 'ns'
      ? [object('r', { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'robot' }] })]
      : [],
  clusterRole: (name) =>
    name === 'discovery' ? object(name, { rules: [{ nonResourceURLs: ['/api/*'], verbs: ['get'] }] }) : null,
  role: (namespace, name) => roles.get(`${namespace}/${name}`) ?? null,
});
const robot = { name: 'system:serviceaccount:ns:robot', groups: ['system:serviceaccounts', 'system:authenticated'] };
const ask = (part: Partial<Attributes>): Attributes => ({
  user: robot,
  verb: 'get',
  path: null,
  group: '',
  resource: 'configmaps',
  subresource: '',
  name: '',
  namespace: 'ns',
  ...part,
});

describe('RBAC', () => {
  it('allows what a rule names, in its namespace only', () => {
    expect(authorizer.allows(ask({ verb: 'list' }))).toBe(true);
    expect(authorizer.allows(ask({ verb: 'get' }))).toBe(false);
    expect(authorizer.allows(ask({ verb: 'list', namespace: 'other' }))).toBe(false);
    expect(authorizer.allows(ask({ verb: 'list', namespace: '' }))).toBe(false);
  });

  it('knows subresource wildcards, names and paths', () => {
    expect(authorizer.allows(ask({ group: 'apps', resource: 'statefulsets', subresource: 'scale' }))).toBe(true);
    expect(authorizer.allows(ask({ group: 'apps', resource: 'statefulsets' }))).toBe(false);
    expect(authorizer.allows(ask({ resource: 'secrets', name: 'yes' }))).toBe(true);
    expect(authorizer.allows(ask({ resource: 'secrets', name: 'no' }))).toBe(false);
    expect(authorizer.allows(ask({ path: '/api/v1' }))).toBe(true);
    expect(authorizer.allows(ask({ path: '/metrics' }))).toBe(false);
  });

  it('refuses to grant what the user does not hold, and names what is missing', () => {
    const wanted: PolicyRule[] = [{ apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'list'] }];
    expect(() => checkRole(authorizer, robot, 'roles', 'ns', 'x', wanted)).toThrow(
      'attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["configmaps"], Verbs:["get"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    );
    expect(() =>
      checkRole(authorizer, robot, 'roles', 'ns', 'y', [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['list'] },
      ]),
    ).not.toThrow();
    expect(() =>
      checkBinding(authorizer, robot, 'rolebindings', 'ns', 'x', { kind: 'ClusterRole', name: 'none' }),
    ).toThrow('"none" not found');
    expect(() =>
      checkRole(authorizer, { name: 'root', groups: ['system:masters'] }, 'roles', 'ns', 'x', wanted),
    ).not.toThrow();
  });

  it('says who may not do what, where', () => {
    expect(denied(ask({ resource: 'pods', subresource: 'log', name: 'p' })).message).toBe(
      'pods "p" is forbidden: User "system:serviceaccount:ns:robot" cannot get resource "pods/log" in API group "" in the namespace "ns"',
    );
    expect(denied(ask({ path: '/metrics' })).message).toBe(
      'forbidden: User "system:serviceaccount:ns:robot" cannot get path "/metrics"',
    );
  });

  it('bootstraps roles whose bindings all name one of them', () => {
    const { clusterRoles, clusterRoleBindings } = bootstrapRbac() as {
      clusterRoles: KubeObject[];
      clusterRoleBindings: KubeObject[];
    };
    const names = clusterRoles.map((role) => role.metadata.name);
    for (const binding of clusterRoleBindings) expect(names).toContain(binding.roleRef.name);
  });
});
