import type { PodInfo } from '../pod-info.ts';
import { type AffinityTerm, preferredTerms, talliesOf, termMatcher } from '../pod-terms.ts';
import type { Score, World } from '../types.ts';
import { spanned } from './normalize.ts';

/** Adds the weight of a term to the topology value of a node, once for each of the pods there. */
type Add = (term: AffinityTerm, nodeName: string, weight: number) => void;

function addOwn(pod: PodInfo, world: World, add: Add): void {
  const { podAffinity, podAntiAffinity } = pod.pod.spec.affinity ?? {};
  for (const [terms, sign] of [
    [preferredTerms(podAffinity), 1],
    [preferredTerms(podAntiAffinity), -1],
  ] as const) {
    for (const { weight, podAffinityTerm: term } of terms) {
      const tallies = talliesOf(term, pod, world);
      if (tallies !== null) {
        for (const { all } of tallies) for (const [nodeName, pods] of all) add(term, nodeName, sign * weight * pods);
        continue;
      }
      const matcher = termMatcher(term, pod, world);
      for (const other of matcher.candidates()) if (matcher.matches(other)) add(term, other.nodeName, sign * weight);
    }
  }
}

function addExisting(pod: PodInfo, world: World, add: Add): void {
  for (const { term, owner, weight, carriers } of world.drawing(pod.labels)) {
    if (!termMatcher(term, owner, world).matches(pod)) continue;
    for (const [nodeName, keys] of carriers) add(term, nodeName, weight * keys.size);
  }
}

/** Preferred pod affinity of the pod and of those already running, in both directions (node.md 7.3). */
export const preferredPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  prepare(pod, world, nodes) {
    const weights = new Map<string, Map<string, number>>();
    const add: Add = (term, nodeName, weight) => {
      const value = world.nodeNamed(nodeName)?.labels[term.topologyKey];
      if (value === undefined) return;
      let byValue = weights.get(term.topologyKey);
      if (byValue === undefined) {
        byValue = new Map();
        weights.set(term.topologyKey, byValue);
      }
      byValue.set(value, (byValue.get(value) ?? 0) + weight);
    };
    addOwn(pod, world, add);
    addExisting(pod, world, add);
    if (weights.size === 0) return null;
    return spanned(nodes, (node) => {
      let sum = 0;
      for (const [key, byValue] of weights) sum += byValue.get(node.labels[key] ?? '') ?? 0;
      return sum;
    });
  },
};
