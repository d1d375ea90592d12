import { anchorOf, anchorsOf } from './label-index.ts';
import type { PodInfo } from './pod-info.ts';
import { type AffinityTerm, affinityTerms, preferredTerms } from './pod-terms.ts';

/** A term that pods on nodes carry, with those that carry it: members of one application share it. */
export interface PlacedTerm {
  readonly term: AffinityTerm;
  /** One that carries it; all have its namespace. */
  readonly owner: PodInfo;
  /** What it adds to a node's score; 0 for required anti-affinity, which does not score. */
  readonly weight: number;
  /** Keys of the pods that carry it, by node. */
  readonly carriers: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Group extends PlacedTerm {
  readonly carriers: Map<string, Set<string>>;
}

/** Required affinity of running pods attracts as much as a preference of this weight (node.md 7.3). */
const HARD_AFFINITY_WEIGHT = 1;
const APART: readonly (readonly [AffinityTerm, number])[] = [];

/** Required anti-affinity, which keeps others away. */
export function apartTerms(pod: PodInfo): readonly (readonly [AffinityTerm, number])[] {
  const terms = affinityTerms(pod.pod.spec.affinity?.podAntiAffinity);
  return terms.length === 0 ? APART : terms.map((term) => [term, 0]);
}

/** What attracts others or would rather be without them. */
export function drawingTerms(pod: PodInfo): readonly (readonly [AffinityTerm, number])[] {
  const { podAffinity, podAntiAffinity } = pod.pod.spec.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return APART;
  return [
    ...affinityTerms(podAffinity).map((term) => [term, HARD_AFFINITY_WEIGHT] as const),
    ...preferredTerms(podAffinity).map(({ weight, podAffinityTerm }) => [podAffinityTerm, weight] as const),
    ...preferredTerms(podAntiAffinity).map(({ weight, podAffinityTerm }) => [podAffinityTerm, -weight] as const),
  ];
}

/** Terms of pods on nodes, found by the labels of the pods they may be about. */
export class PlacedTerms {
  readonly #termsOf: (pod: PodInfo) => readonly (readonly [AffinityTerm, number])[];
  readonly #groups = new Map<string, Group>();
  readonly #byAnchor = new Map<string, Set<Group>>();

  constructor(termsOf: (pod: PodInfo) => readonly (readonly [AffinityTerm, number])[]) {
    this.#termsOf = termsOf;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Terms that may select a pod with these labels: whether they do is for the caller to find out. */
  *about(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm> {
    if (this.#groups.size === 0) return;
    for (const anchor of anchorsOf(labels)) yield* this.#byAnchor.get(anchor) ?? [];
  }

  add(pod: PodInfo): void {
    this.#termsOf(pod).forEach(([term, weight], i) => {
      const key = keyOf(pod, term, weight, i);
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = { term, owner: pod, weight, carriers: new Map() };
        this.#groups.set(key, group);
        const anchor = anchorOf(term.labelSelector);
        const beside = this.#byAnchor.get(anchor);
        if (beside === undefined) this.#byAnchor.set(anchor, new Set([group]));
        else beside.add(group);
      }
      const here = group.carriers.get(pod.nodeName);
      if (here === undefined) group.carriers.set(pod.nodeName, new Set([pod.key]));
      else here.add(pod.key);
    });
  }

  remove(pod: PodInfo): void {
    this.#termsOf(pod).forEach(([term, weight], i) => {
      const key = keyOf(pod, term, weight, i);
      const group = this.#groups.get(key);
      const here = group?.carriers.get(pod.nodeName);
      if (group === undefined || here === undefined) return;
      here.delete(pod.key);
      if (here.size > 0) return;
      group.carriers.delete(pod.nodeName);
      if (group.carriers.size > 0) return;
      this.#groups.delete(key);
      const anchor = anchorOf(term.labelSelector);
      const beside = this.#byAnchor.get(anchor);
      beside?.delete(group);
      if (beside?.size === 0) this.#byAnchor.delete(anchor);
    });
  }
}

/** The place in the pod's list is part of it: a term given twice counts twice. */
const keyOf = (pod: PodInfo, term: AffinityTerm, weight: number, place: number): string =>
  `${pod.namespace}\n${place}\n${weight}\n${JSON.stringify(term)}`;
