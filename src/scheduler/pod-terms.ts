import { labelSelectorMatcher } from '../schema/selectors.ts';
import type { PodInfo } from './pod-info.ts';
import type { PodTally } from './tallies.ts';
import type { World } from './types.ts';

export interface AffinityTerm {
  readonly topologyKey: string;
  // biome-ignore lint/suspicious/noExplicitAny: a label selector as stored
  readonly labelSelector?: any;
  readonly namespaces?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a label selector as stored
  readonly namespaceSelector?: any;
}

const NONE: readonly AffinityTerm[] = [];

/** Required terms of a podAffinity or podAntiAffinity. */
// biome-ignore lint/suspicious/noExplicitAny: affinity as stored
export function affinityTerms(affinity: any): readonly AffinityTerm[] {
  return affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? NONE;
}

/** Preferred terms with their weight. */
export function preferredTerms(
  // biome-ignore lint/suspicious/noExplicitAny: affinity as stored
  affinity: any,
): readonly { readonly weight: number; readonly podAffinityTerm: AffinityTerm }[] {
  return affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
}

export interface TermMatcher {
  matches(pod: PodInfo): boolean;
  /** Pods on nodes that could match: only those of the term's namespaces, where they are listed. */
  candidates(): Iterable<PodInfo>;
}

/** Which pods a term of `owner` selects: namespaces listed or selected (else the owner's own), then labels. */
export function termMatcher(term: AffinityTerm, owner: PodInfo, world: World): TermMatcher {
  const labels = term.labelSelector ? labelSelectorMatcher(term.labelSelector) : null;
  const selector = term.namespaceSelector ? labelSelectorMatcher(term.namespaceSelector) : null;
  const listed = term.namespaces ?? [];
  const names = listed.length === 0 && selector === null ? [owner.namespace] : listed;
  const inScope = (namespace: string): boolean =>
    names.includes(namespace) ||
    (selector?.matches(world.listers.namespace(namespace)?.metadata.labels ?? {}) ?? false);
  return {
    matches: (pod) => labels !== null && inScope(pod.namespace) && labels.matches(pod.labels),
    candidates: () => {
      if (selector !== null) return world.allPods();
      return names.length === 1 ? world.podsOf(names[0]!) : names.flatMap((name) => [...world.podsOf(name)]);
    },
  };
}

/** Tallies of the pods a term of `owner` selects; null where the term selects namespaces by their labels. */
export function talliesOf(term: AffinityTerm, owner: PodInfo, world: World): readonly PodTally[] | null {
  const { labelSelector, namespaceSelector, namespaces = [] } = term;
  if (namespaceSelector) return null;
  if (!labelSelector) return [];
  const names = namespaces.length === 0 ? [owner.namespace] : namespaces;
  return names.map((namespace) => world.tally(namespace, labelSelector));
}
