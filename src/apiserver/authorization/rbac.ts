import type { UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Attributes } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './rules.ts';

/** Where the authorizer reads roles and bindings: the committed state. */
export interface RbacSource {
  clusterRoleBindings(): readonly KubeObject[];
  roleBindings(namespace: string): readonly KubeObject[];
  clusterRole(name: string): KubeObject | null;
  role(namespace: string, name: string): KubeObject | null;
}

const MASTERS = 'system:masters';

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function appliesTo(subject: Subject, user: UserInfo, namespace: string): boolean {
  if (subject.kind === 'User') return subject.name === user.name;
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  return (
    subject.kind === 'ServiceAccount' &&
    user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`
  );
}

/** Role-based access control: what the bindings of a user allow. Members of `system:masters` may do everything. */
export class RbacAuthorizer {
  readonly #source: RbacSource;
  constructor(source: RbacSource) {
    this.#source = source;
  }

  allows(attributes: Attributes): boolean {
    if (attributes.user.groups.includes(MASTERS)) return true;
    for (const rule of this.rulesFor(attributes.user, attributes.namespace))
      if (ruleAllows(rule, attributes)) return true;
    return false;
  }

  /** All rules that hold for the user cluster-wide and in the namespace, in the order of the bindings. */
  *rulesFor(user: UserInfo, namespace: string): Generator<PolicyRule> {
    if (user.groups.includes(MASTERS)) {
      yield { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
      yield { verbs: ['*'], nonResourceURLs: ['*'] };
      return;
    }
    for (const binding of this.#source.clusterRoleBindings()) {
      if (this.#binds(binding, user, '')) yield* this.rulesOf(binding.roleRef, '');
    }
    if (namespace === '') return;
    for (const binding of this.#source.roleBindings(namespace)) {
      if (this.#binds(binding, user, namespace)) yield* this.rulesOf(binding.roleRef, namespace);
    }
  }

  /** Rules of a roleRef; null when the role does not exist. */
  roleRules(
    roleRef: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly PolicyRule[] | null {
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#source.clusterRole(roleRef.name)
        : this.#source.role(namespace, roleRef.name);
    return role === null ? null : ((role.rules ?? []) as readonly PolicyRule[]);
  }

  private rulesOf(roleRef: { readonly kind: string; readonly name: string }, namespace: string): readonly PolicyRule[] {
    return this.roleRules(roleRef, namespace) ?? [];
  }

  #binds(binding: KubeObject, user: UserInfo, namespace: string): boolean {
    return ((binding.subjects ?? []) as readonly Subject[]).some((subject) => appliesTo(subject, user, namespace));
  }
}
