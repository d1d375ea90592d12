import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import { forbidden, notFound } from '../../schema/status.ts';
import { MASTERS } from '../authorization/rbac.ts';
import { compacted, type PolicyRule, ruleText, uncovered } from '../authorization/rules.ts';
import { lookupAll } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const GROUP = 'rbac.authorization.k8s.io';
const RESOURCES = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];

/** Whether the user may go past the check: verbs `escalate` for roles, `bind` for bindings. */
function mayDo({ core, user, namespace }: Attributes, verb: string, resource: string, name: string): boolean {
  return core.rbac.authorize({
    user,
    verb,
    resourceRequest: true,
    group: GROUP,
    resource,
    subresource: '',
    namespace,
    name,
    path: '',
  }).allowed;
}

/** Rules a new role would grant, those it aggregates included. */
function rulesOf(attributes: Attributes): readonly PolicyRule[] {
  const role = attributes.object as unknown as KubeObject;
  const selectors: readonly object[] = role.aggregationRule?.clusterRoleSelectors ?? [];
  const aggregated = selectors.flatMap((selector) =>
    lookupAll(attributes.core, 'clusterroles', GROUP, '')
      .filter((other) => labelSelectorMatcher(selector).matches(other.metadata.labels))
      .flatMap((other) => (other.rules ?? []) as readonly PolicyRule[]),
  );
  return [...((role.rules ?? []) as readonly PolicyRule[]), ...aggregated];
}

function refuseEscalation(attributes: Attributes, wanted: readonly PolicyRule[]): void {
  const { core, user, namespace, kind } = attributes;
  const missing = uncovered(core.rbac.rulesOf(user, namespace), wanted);
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const rules = compacted(missing).map(ruleText).sort().join('\n');
  throw forbidden(
    kind.subject,
    attributes.object?.metadata.name ?? '',
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${rules}`,
  );
}

function checkBinding(attributes: Attributes): void {
  const { core, namespace, kind } = attributes;
  const ref: { kind: string; name: string } = attributes.object?.roleRef ?? { kind: '', name: '' };
  const resource = ref.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (mayDo(attributes, 'bind', resource, ref.name)) return;
  const rules = core.rbac.roleRules(ref.kind, ref.name, namespace);
  if (rules === null) throw notFound(kind.subject, ref.name);
  refuseEscalation(attributes, rules);
}

/** Nobody grants what they do not hold themselves (api.md 6.4). Upstream does this in the storage of RBAC. */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RbacEscalation',
  resources: RESOURCES,
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { kind, user, old, object } = attributes;
    if (kind.definition.group !== GROUP || user.groups.includes(MASTERS)) return;
    if (kind.definition.plural.endsWith('bindings')) {
      checkBinding(attributes);
      return;
    }
    if (old !== null && deepEqual(old.rules ?? [], object?.rules ?? [])) return;
    if (mayDo(attributes, 'escalate', kind.definition.plural, object?.metadata.name ?? '')) return;
    refuseEscalation(attributes, rulesOf(attributes));
  },
};
