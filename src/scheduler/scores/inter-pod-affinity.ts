import type { PodInfo } from '../pod-info.ts';
import { type AffinityTerm, affinityTerms, preferredTerms, termMatcher } from '../pod-terms.ts';
import type { Score, World } from '../types.ts';
import { spanned } from './normalize.ts';

const HARD_AFFINITY_WEIGHT = 1;

/** Adds the weight of a term to the topology value of the node where `other` runs. */
type Add = (term: AffinityTerm, other: PodInfo, weight: number) => void;

function addOwn(pod: PodInfo, world: World, add: Add): void {
  const { podAffinity, podAntiAffinity } = pod.pod.spec.affinity ?? {};
  for (const [terms, sign] of [
    [preferredTerms(podAffinity), 1],
    [preferredTerms(podAntiAffinity), -1],
  ] as const) {
    for (const { weight, podAffinityTerm } of terms) {
      const matcher = termMatcher(podAffinityTerm, pod, world);
      for (const other of matcher.candidates()) {
        if (matcher.matches(other)) add(podAffinityTerm, other, sign * weight);
      }
    }
  }
}

function addExisting(pod: PodInfo, world: World, add: Add): void {
  for (const other of world.affinityPods) {
    const { podAffinity, podAntiAffinity } = other.pod.spec.affinity ?? {};
    const consider = (term: AffinityTerm, weight: number): void => {
      if (termMatcher(term, other, world).matches(pod)) add(term, other, weight);
    };
    for (const term of affinityTerms(podAffinity)) consider(term, HARD_AFFINITY_WEIGHT);
    for (const { weight, podAffinityTerm } of preferredTerms(podAffinity)) consider(podAffinityTerm, weight);
    for (const { weight, podAffinityTerm } of preferredTerms(podAntiAffinity)) consider(podAffinityTerm, -weight);
  }
}

/** Preferred pod affinity of the pod and of those already running, in both directions (node.md 7.3). */
export const preferredPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  prepare(pod, world, nodes) {
    const { podAffinity, podAntiAffinity } = pod.pod.spec.affinity ?? {};
    if (!podAffinity && !podAntiAffinity && world.affinityPods.size === 0) return null;
    const weights = new Map<string, Map<string, number>>();
    const add: Add = (term, other, weight) => {
      const value = world.nodeNamed(other.nodeName)?.labels[term.topologyKey];
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
