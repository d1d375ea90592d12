import type { UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Store } from '../../store/store.ts';
import type { AccessRequest, Verdict } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
export const MASTERS = 'system:masters';
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Key of a subject: what users and groups are looked up by. */
function subjectKey(subject: Subject, bindingNamespace: string): string {
  if (subject.kind === 'ServiceAccount') {
    return `u:system:serviceaccount:${subject.namespace ?? bindingNamespace}:${subject.name}`;
  }
  return `${subject.kind === 'Group' ? 'g' : 'u'}:${subject.name}`;
}

interface Grant {
  /** Empty: everywhere. */
  readonly namespace: string;
  readonly binding: string;
  readonly rules: () => readonly PolicyRule[];
}

/**
 * RBAC as upstream evaluates it: allow if any rule of any role bound to the user or one of the groups does. Bindings are
 * indexed by subject; the index is rebuilt when a role or binding has changed and somebody asks.
 */
export class Rbac {
  readonly #store: Store;
  #grants: Map<string, Grant[]> | null = null;

  constructor(store: Store) {
    this.#store = store;
    const forget = (): void => {
      this.#grants = null;
    };
    for (const plural of ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']) {
      store.watch(`${GROUP}/${plural}/`, store.revision, forget);
    }
  }

  authorize(request: AccessRequest): Verdict {
    if (request.user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const missing: string[] = [];
    for (const grant of this.#grantsOf(request.user)) {
      if (grant.namespace !== '' && grant.namespace !== request.namespace) continue;
      if (grant.rules().some((rule) => ruleAllows(rule, request))) {
        return { allowed: true, reason: `RBAC: allowed by ${grant.binding}` };
      }
    }
    return { allowed: false, reason: missing.join(', ') };
  }

  /** All rules a user holds in a namespace (or, empty, in the cluster). */
  rulesOf(user: UserInfo, namespace: string): readonly PolicyRule[] {
    if (user.groups.includes(MASTERS)) return EVERYTHING;
    return this.#grantsOf(user)
      .filter((grant) => grant.namespace === '' || grant.namespace === namespace)
      .flatMap((grant) => grant.rules());
  }

  /** Rules of a role, or null when it does not exist. */
  roleRules(kind: string, name: string, namespace: string): readonly PolicyRule[] | null {
    const key = kind === 'ClusterRole' ? `${GROUP}/clusterroles/${name}` : `${GROUP}/roles/${namespace}/${name}`;
    const role = this.#store.get<KubeObject>(key)?.value;
    return role === undefined ? null : (role.rules ?? []);
  }

  #grantsOf(user: UserInfo): Grant[] {
    const grants = this.#index();
    return [`u:${user.name}`, ...user.groups.map((group) => `g:${group}`)].flatMap((key) => grants.get(key) ?? []);
  }

  #index(): Map<string, Grant[]> {
    if (this.#grants !== null) return this.#grants;
    const grants = new Map<string, Grant[]>();
    for (const plural of ['clusterrolebindings', 'rolebindings']) {
      for (const { value } of this.#store.list<KubeObject>(`${GROUP}/${plural}/`).entries) this.#add(grants, value);
    }
    this.#grants = grants;
    return grants;
  }

  #add(grants: Map<string, Grant[]>, binding: KubeObject): void {
    const namespace = binding.metadata.namespace ?? '';
    const ref: { kind: string; name: string } = binding.roleRef;
    const of = (subject: Subject): string => {
      const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace}` : subject.name;
      const where = namespace === '' ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
      return `${binding.kind} "${where}" of ${ref.kind} "${ref.name}" to ${subject.kind} "${who}"`;
    };
    for (const subject of (binding.subjects ?? []) as readonly Subject[]) {
      const key = subjectKey(subject, namespace);
      const list = grants.get(key);
      const grant = {
        namespace,
        binding: of(subject),
        rules: () => this.roleRules(ref.kind, ref.name, namespace) ?? [],
      };
      if (list === undefined) grants.set(key, [grant]);
      else list.push(grant);
    }
  }
}
