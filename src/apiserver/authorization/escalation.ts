import type { UserInfo } from '../../schema/kind.ts';
import { StatusError } from '../../schema/status.ts';
import type { RbacAuthorizer } from './rbac.ts';
import { compact, type PolicyRule, ruleText, uncovered } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';

function escalation(resource: string, name: string, user: UserInfo, missing: readonly PolicyRule[]): StatusError {
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const rules = compact(missing).map(ruleText).join('\n');
  return new StatusError(
    403,
    'Forbidden',
    `${resource}.${GROUP} ${JSON.stringify(name)} is forbidden: user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${rules}`,
    { name, group: GROUP, kind: resource },
  );
}

/**
 * Nobody may grant what they do not hold (RBAC privilege escalation prevention): throws Forbidden for a Role or
 * ClusterRole whose rules exceed the user's own, unless the user has the verb `escalate` on it.
 */
export function checkRole(
  authorizer: RbacAuthorizer,
  user: UserInfo,
  resource: 'roles' | 'clusterroles',
  namespace: string,
  name: string,
  rules: readonly PolicyRule[],
): void {
  const attributes = { user, verb: 'escalate', path: null, group: GROUP, resource, subresource: '', name, namespace };
  if (authorizer.allows(attributes)) return;
  const missing = uncovered([...authorizer.rulesFor(user, namespace)], rules);
  if (missing.length > 0) throw escalation(resource, name, user, missing);
}

/** The same for a binding: its role must exist and be covered, unless the user has the verb `bind` on the role. */
export function checkBinding(
  authorizer: RbacAuthorizer,
  user: UserInfo,
  resource: 'rolebindings' | 'clusterrolebindings',
  namespace: string,
  name: string,
  roleRef: { readonly kind: string; readonly name: string },
): void {
  const roles = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const attributes = {
    user,
    verb: 'bind',
    path: null,
    group: GROUP,
    resource: roles,
    subresource: '',
    name: roleRef.name,
    namespace,
  };
  if (authorizer.allows(attributes)) return;
  const rules = authorizer.roleRules(roleRef, namespace);
  if (rules === null) {
    throw new StatusError(404, 'NotFound', `${resource}.${GROUP} ${JSON.stringify(roleRef.name)} not found`, {
      name: roleRef.name,
      group: GROUP,
      kind: resource,
    });
  }
  const missing = uncovered([...authorizer.rulesFor(user, namespace)], rules);
  if (missing.length > 0) throw escalation(resource, name, user, missing);
}
