import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { type AffinityTerm, affinityTerms, termMatcher } from '../pod-terms.ts';
import type { Filter, NodeFilter, World } from '../types.ts';
import { crowded, unresolvable } from './verdict.ts';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI = crowded("node(s) didn't match pod anti-affinity rules");
const EXISTING = crowded("node(s) didn't satisfy existing pods anti-affinity rules");

/** Values of the topology key under which a matching pod runs, with how many. */
function domains(term: AffinityTerm, owner: PodInfo, world: World): Set<string> {
  const matches = termMatcher(term, owner, world);
  const found = new Set<string>();
  for (const pod of matches.candidates()) {
    if (!matches.matches(pod)) continue;
    const value = world.nodeNamed(pod.nodeName)?.labels[term.topologyKey];
    if (value !== undefined) found.add(value);
  }
  return found;
}

function requiredAffinity(pod: PodInfo, world: World): ((node: NodeInfo) => boolean) | null {
  const terms = affinityTerms(pod.pod.spec.affinity?.podAffinity);
  if (terms.length === 0) return null;
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
  const refused: [string, string][] = [];
  for (const other of world.antiAffinityPods) {
    for (const term of affinityTerms(other.pod.spec.affinity?.podAntiAffinity)) {
      if (!termMatcher(term, other, world).matches(pod)) continue;
      const value = world.nodeNamed(other.nodeName)?.labels[term.topologyKey];
      if (value !== undefined) refused.push([term.topologyKey, value]);
    }
  }
  if (refused.length === 0) return null;
  return (node) => refused.some(([key, value]) => node.labels[key] === value);
}

/** Required pod affinity and anti-affinity, the latter in both directions (node.md 7.3). */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  prepare(pod, world): NodeFilter | null {
    const affinity = requiredAffinity(pod, world);
    const anti = affinityTerms(pod.pod.spec.affinity?.podAntiAffinity).map(
      (term) => [term.topologyKey, domains(term, pod, world)] as const,
    );
    const existing = world.antiAffinityPods.size === 0 ? null : refusedByExisting(pod, world);
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
