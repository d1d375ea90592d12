import { fnv32 } from '../../base/hash.ts';
import type { Node } from '../framework/objects.ts';
import type { StorageClass, TopologyTerm } from '../framework/volumes.ts';

/** What a volume belongs to, as `parameters.scope` of its class says. */
export type Scope = 'node' | 'zone' | 'cluster';

export interface NodeTerm {
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

export type Placement =
  /** `terms` of the volume's required node affinity; none: reachable from everywhere. */
  | { readonly kind: 'placed'; readonly scope: Scope; readonly terms: readonly NodeTerm[] }
  | { readonly kind: 'refused'; readonly why: string };

export interface PlacementRequest {
  readonly storageClass: StorageClass;
  /** Where the class does not say. */
  readonly defaultScope: Scope;
  readonly claimName: string;
  /** The node the scheduler chose; null for claims that are bound at once. */
  readonly selected: Node | null;
  readonly nodes: readonly Node[];
}

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const SCOPES: readonly string[] = ['node', 'zone', 'cluster'];

const labelsOf = (node: Node): Readonly<Record<string, string>> => node.metadata.labels ?? {};
const refused = (why: string): Placement => ({ kind: 'refused', why });
const inOne = (key: string, value: string): NodeTerm => ({
  matchExpressions: [{ key, operator: 'In', values: [value] }],
});

function allows(term: TopologyTerm, node: Node): boolean {
  return (term.matchLabelExpressions ?? []).every(({ key, values }) => values.includes(labelsOf(node)[key] ?? ''));
}

/** The terms of `allowedTopologies` as a node affinity says them. */
function allowedTerms(topologies: readonly TopologyTerm[]): readonly NodeTerm[] {
  return topologies.map(({ matchLabelExpressions = [] }) => ({
    matchExpressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: 'In', values })),
  }));
}

/**
 * One of several places for a claim that is bound before anyone knows where its pod will run. The claims of a
 * StatefulSet go round by their ordinal, so that its members are spread.
 */
function pick<T>(places: readonly T[], claimName: string): T | undefined {
  const ordinal = /^(.*)-(\d{1,9})$/.exec(claimName);
  const start = fnv32(ordinal?.[1] ?? claimName) % Math.max(1, places.length);
  return places[(start + Number(ordinal?.[2] ?? 0)) % Math.max(1, places.length)];
}

/** Where the volume of a claim will be. Pure. */
export function placeVolume(request: PlacementRequest): Placement {
  const { storageClass, selected, claimName } = request;
  const scope = storageClass.parameters?.scope ?? request.defaultScope;
  if (!SCOPES.includes(scope)) return refused(`parameter scope must be node, zone or cluster, not "${scope}"`);
  const topologies = storageClass.allowedTopologies ?? [];
  const allowed = (node: Node): boolean => topologies.length === 0 || topologies.some((term) => allows(term, node));
  if (selected !== null && !allowed(selected)) {
    return refused(`node "${selected.metadata.name}" is outside the allowed topologies of the class`);
  }
  if (scope === 'cluster') return { kind: 'placed', scope, terms: allowedTerms(topologies) };
  const key = scope === 'node' ? HOSTNAME : ZONE;
  const candidates = selected === null ? request.nodes.filter(allowed) : [selected];
  if (candidates.length === 0) return refused('no node is within the allowed topologies of the class');
  const values = [...new Set(candidates.map((node) => labelsOf(node)[key] ?? ''))].filter((value) => value !== '');
  const value = pick(values.sort(), claimName);
  // Nodes without the label cannot be told apart by it: the volume is reachable from all that are allowed.
  const terms = value === undefined ? allowedTerms(topologies) : [inOne(key, value)];
  return { kind: 'placed', scope: scope === 'node' ? 'node' : 'zone', terms };
}
