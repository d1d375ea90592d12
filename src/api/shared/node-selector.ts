export interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface NodeTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const INTEGER = /^[+-]?\d+$/;

function compares(value: string | undefined, limit: string | undefined, greater: boolean): boolean {
  if (value === undefined || limit === undefined || !INTEGER.test(value) || !INTEGER.test(limit)) return false;
  return greater ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
}

function holds(requirement: NodeRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compares(value, values[0], true);
    case 'Lt':
      return compares(value, values[0], false);
    default:
      return false;
  }
}

/** One term: expressions on labels and fields, all of them; an empty term matches nothing. */
export function matchesNodeTerm(term: NodeTerm, node: NodeView): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((requirement) => holds(requirement, node.labels[requirement.key])) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && holds(requirement, node.name))
  );
}

/** `nodeSelectorTerms`: any of them; none at all match nothing. */
export function matchesNodeTerms(terms: readonly NodeTerm[] | undefined, node: NodeView): boolean {
  return (terms ?? []).some((term) => matchesNodeTerm(term, node));
}

/** spec.nodeSelector AND the required node affinity of a pod. */
// biome-ignore lint/suspicious/noExplicitAny: a pod spec as stored
export function matchesPodPlacement(spec: any, node: NodeView): boolean {
  for (const key in spec.nodeSelector ?? {}) if (node.labels[key] !== spec.nodeSelector[key]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required === null || matchesNodeTerms(required.nodeSelectorTerms, node);
}
