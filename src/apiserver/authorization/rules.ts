import { type Attributes, qualifiedResource } from './attributes.ts';

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(rule: PolicyRule, attributes: Attributes): boolean {
  const resources = rule.resources ?? [];
  if (has(resources, qualifiedResource(attributes))) return true;
  return attributes.subresource !== '' && resources.includes(`*/${attributes.subresource}`);
}

function pathMatches(rule: PolicyRule, path: string): boolean {
  return (rule.nonResourceURLs ?? []).some(
    (pattern) =>
      pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
  );
}

/** True when the rule allows the request (RBAC: rules only add). */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.path !== null) return pathMatches(rule, attributes.path);
  if (!has(rule.apiGroups, attributes.group) || !resourceMatches(rule, attributes)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(attributes.name);
}

/** One verb on one resource of one group (and one name), or one verb on one path. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const names = (rule.resourceNames ?? []).length === 0 ? [undefined] : rule.resourceNames!;
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
  );
  const paths = (rule.nonResourceURLs ?? []).flatMap((url) =>
    rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...resources, ...paths];
}

function coversPart(owner: PolicyRule, part: PolicyRule): boolean {
  if (!has(owner.verbs, part.verbs[0]!)) return false;
  if (part.nonResourceURLs !== undefined) return pathMatches(owner, part.nonResourceURLs[0]!);
  const resource = part.resources![0]!;
  const subresource = resource.includes('/') ? resource.slice(resource.indexOf('/') + 1) : null;
  const resourceCovered =
    has(owner.resources, resource) || (subresource !== null && (owner.resources ?? []).includes(`*/${subresource}`));
  if (!has(owner.apiGroups, part.apiGroups![0]!) || !resourceCovered) return false;
  const names = owner.resourceNames ?? [];
  return names.length === 0 || (part.resourceNames !== undefined && names.includes(part.resourceNames[0]!));
}

/** Parts of `wanted` that none of `held` covers. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((owner) => coversPart(owner, part)));
}

/** Puts broken-down rules that differ only in the verb together again, sorted by their text. */
export function compact(parts: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const part of parts) {
    const { verbs, ...rest } = part;
    const key = JSON.stringify(rest);
    const known = merged.get(key);
    const all = known === undefined ? verbs : [...known.verbs, ...verbs.filter((verb) => !known.verbs.includes(verb))];
    merged.set(key, { ...rest, verbs: all });
  }
  return [...merged.values()].sort((a, b) => (ruleText(a) < ruleText(b) ? -1 : 1));
}

/** A rule as the escalation error prints it. */
export function ruleText(rule: PolicyRule): string {
  const list = (name: string, values: readonly string[] | undefined): string[] =>
    values === undefined || values.length === 0
      ? []
      : [`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`];
  return `{${[
    ...list('APIGroups', rule.apiGroups),
    ...list('Resources', rule.resources),
    ...list('ResourceNames', rule.resourceNames),
    ...list('NonResourceURLs', rule.nonResourceURLs),
    ...list('Verbs', rule.verbs),
  ].join(', ')}}`;
}
