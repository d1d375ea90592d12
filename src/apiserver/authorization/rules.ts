import type { AccessRequest } from './attributes.ts';

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(rule: PolicyRule, resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return (rule.resources ?? []).some(
    (wanted) => wanted === '*' || wanted === combined || (subresource !== '' && wanted === `*/${subresource}`),
  );
}

function pathMatches(rule: PolicyRule, path: string): boolean {
  return (rule.nonResourceURLs ?? []).some(
    (wanted) => wanted === '*' || wanted === path || (wanted.endsWith('*') && path.startsWith(wanted.slice(0, -1))),
  );
}

/** Whether a rule allows a request (RBAC). */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!request.resourceRequest) return pathMatches(rule, request.path);
  return (
    has(rule.apiGroups, request.group) &&
    resourceMatches(rule, request.resource, request.subresource) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(request.name))
  );
}

/** One verb, group, resource (or URL) and name at a time: what escalation is judged by. */
export function breakdown(rule: PolicyRule): PolicyRule[] {
  const out: PolicyRule[] = [];
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs ?? []) out.push({ verbs: [verb], nonResourceURLs: [url] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const names = rule.resourceNames ?? [];
        const one = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (names.length === 0) out.push(one);
        else for (const name of names) out.push({ ...one, resourceNames: [name] });
      }
    }
  }
  return out;
}

function covers(owner: PolicyRule, wanted: PolicyRule): boolean {
  if (!has(owner.verbs, wanted.verbs[0]!)) return false;
  if (wanted.nonResourceURLs !== undefined) return pathMatches(owner, wanted.nonResourceURLs[0]!);
  if (!has(owner.apiGroups, wanted.apiGroups![0]!)) return false;
  const [resource = '', subresource = ''] = wanted.resources![0]!.split('/');
  if (!resourceMatches(owner, resource, subresource)) return false;
  const names = owner.resourceNames ?? [];
  return names.length === 0 || (wanted.resourceNames !== undefined && names.includes(wanted.resourceNames[0]!));
}

/** Rules among `wanted` that `held` does not cover. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakdown).filter((rule) => !held.some((owner) => covers(owner, rule)));
}

/** Go's compact print of a rule, as escalation errors show it. */
export function ruleText(rule: PolicyRule): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const parts: string[] = [];
  if (rule.apiGroups !== undefined && rule.apiGroups.length > 0) parts.push(`APIGroups:${list(rule.apiGroups)}`);
  if (rule.resources !== undefined && rule.resources.length > 0) parts.push(`Resources:${list(rule.resources)}`);
  if (rule.nonResourceURLs !== undefined && rule.nonResourceURLs.length > 0) {
    parts.push(`NonResourceURLs:${list(rule.nonResourceURLs)}`);
  }
  if (rule.resourceNames !== undefined && rule.resourceNames.length > 0) {
    parts.push(`ResourceNames:${list(rule.resourceNames)}`);
  }
  parts.push(`Verbs:${list(rule.verbs)}`);
  return `{${parts.join(', ')}}`;
}

/** Rules that differ only in their verbs, joined. */
export function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule & { verbs: string[] }>();
  for (const { verbs, ...rest } of rules) {
    const key = JSON.stringify(rest);
    const known = joined.get(key);
    if (known === undefined) joined.set(key, { ...rest, verbs: [...verbs] });
    else for (const verb of verbs) if (!known.verbs.includes(verb)) known.verbs.push(verb);
  }
  return [...joined.values()];
}
