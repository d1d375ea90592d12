import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { type AffinityTerm, affinityTerms, talliesOf, termMatcher } from '../pod-terms.ts';
import type { Filter, NodeFilter, World } from '../types.ts';
import { crowded, unresolvable } from './verdict.ts';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI = crowded("node(s) didn't match pod anti-affinity rules");
const EXISTING = crowded("node(s) didn't satisfy existing pods anti-affinity rules");

/** Values of the term's topology key under which a matching pod runs. */
function domains(term: AffinityTerm, owner: PodInfo, world: World): Set<string> {
  const found = new Set<string>();
  const seen = (nodeName: string): void => {
    const value = world.nodeNamed(nodeName)?.labels[term.topologyKey];
    if (value !== undefined) found.add(value);
  };
  const tallies = talliesOf(term, owner, world);
  if (tallies !== null) {
    for (const tally of tallies) for (const nodeName of tally.all.keys()) seen(nodeName);
    return found;
  }
  const matcher = termMatcher(term, owner, world);
  for (const pod of matcher.candidates()) if (matcher.matches(pod)) seen(pod.nodeName);
  return found;
}

/** Required affinity to one kind of pod. */
function affinityToOne(term: AffinityTerm, pod: PodInfo, world: World): (node: NodeInfo) => boolean {
  const found = domains(term, pod, world);
  const first = found.size === 0 && termMatcher(term, pod, world).matches(pod);
  return ({ labels }) => {
    const value = labels[term.topologyKey];
    return value !== undefined && (first || found.has(value));
  };
}

function requiredAffinity(pod: PodInfo, world: World): ((node: NodeInfo) => boolean) | null {
  const terms = affinityTerms(pod.pod.spec.affinity?.podAffinity);
  if (terms.length === 0) return null;
  if (terms.length === 1) return affinityToOne(terms[0]!, pod, world);
  // A pod must match every term at once; upstream counts a pod only when all terms select it.
  const matchers = terms.map((term) => termMatcher(term, pod, world));
  const found = terms.map(() => new Set<string>());
  for (const other of matchers[0]!.candidates()) {
    if (!matchers.every((matcher) => matcher.matches(other))) continue;
    const labels = world.nodeNamed(other.nodeName)?.labels;
    terms.forEach((term, i) => {
      const value = labels?.[term.topologyKey];
      if (value !== undefined) found[i]!.add(value);
    });
  }
  const first = found.every((set) => set.size === 0) && matchers.every((matcher) => matcher.matches(pod));
  return (node) =>
    terms.every((term, i) => {
      const value = node.labels[term.topologyKey];
      return value !== undefined && (first || found[i]!.has(value));
    });
}

function refusedByExisting(pod: PodInfo, world: World): ((node: NodeInfo) => boolean) | null {
  const refused = new Map<string, Set<string>>();
  for (const { term, owner, carriers } of world.apart(pod.labels)) {
    if (!termMatcher(term, owner, world).matches(pod)) continue;
    const values = refused.get(term.topologyKey) ?? new Set<string>();
    refused.set(term.topologyKey, values);
    for (const nodeName of carriers.keys()) {
      const value = world.nodeNamed(nodeName)?.labels[term.topologyKey];
      if (value !== undefined) values.add(value);
    }
  }
  if (refused.size === 0) return null;
  return ({ labels }) => {
    for (const [key, values] of refused) {
      const value = labels[key];
      if (value !== undefined && values.has(value)) return true;
    }
    return false;
  };
}

/** Required pod affinity and anti-affinity, the latter in both directions (node.md 7.3). */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  prepare(pod, world): NodeFilter | null {
    const affinity = requiredAffinity(pod, world);
    const anti = affinityTerms(pod.pod.spec.affinity?.podAntiAffinity).map(
      (term) => [term.topologyKey, domains(term, pod, world)] as const,
    );
    const existing = refusedByExisting(pod, world);
    if (affinity === null && anti.length === 0 && existing === null) return null;
    return (node) => {
      if (affinity !== null && !affinity(node)) return AFFINITY;
      for (const [key, values] of anti) {
        const value = node.labels[key];
        if (value !== undefined && values.has(value)) return ANTI;
      }
      return existing?.(node) ? EXISTING : null;
    };
  },
};
