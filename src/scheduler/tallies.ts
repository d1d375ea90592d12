import { type LabelMatcher, type LabelSelector, labelSelectorMatcher } from '../schema/selectors.ts';
import { anchorOf, anchorsOf } from './label-index.ts';
import type { PodInfo } from './pod-info.ts';

/** How many pods a selector selects on each node, kept as pods come and go. */
export interface PodTally {
  readonly namespace: string;
  readonly matcher: LabelMatcher;
  /** Node name to number of pods; nodes without any are left out. */
  readonly all: ReadonlyMap<string, number>;
  /** The same without pods that are being deleted. */
  readonly live: ReadonlyMap<string, number>;
}

interface Tally extends PodTally {
  readonly all: Map<string, number>;
  readonly live: Map<string, number>;
}

/** More selectors than that are not in use at once; what was thrown away is counted anew when it is asked for. */
const MOST = 4_096;

function count(counts: Map<string, number>, node: string, change: 1 | -1): void {
  const next = (counts.get(node) ?? 0) + change;
  if (next > 0) counts.set(node, next);
  else counts.delete(node);
}

/** Adds a pod to a tally, or takes it out of it. */
function countPod(tally: Tally, pod: PodInfo, change: 1 | -1): void {
  if (pod.namespace !== tally.namespace || !tally.matcher.matches(pod.labels)) return;
  count(tally.all, pod.nodeName, change);
  if (!pod.terminating) count(tally.live, pod.nodeName, change);
}

/** The tally as it were without these pods, all of which it may have counted. */
export function without(tally: PodTally, gone: Iterable<PodInfo>): PodTally {
  const copy: Tally = { ...tally, all: new Map(tally.all), live: new Map(tally.live) };
  for (const pod of gone) countPod(copy, pod, -1);
  return copy;
}

/**
 * Tallies of the selectors that were asked for. A pod that comes or goes touches only those whose first label it
 * carries, so that neither placing a pod nor judging a node looks at the other pods.
 */
export class Tallies {
  readonly #bySelector = new Map<string, Tally>();
  readonly #byAnchor = new Map<string, Set<Tally>>();
  readonly #pods: (namespace: string, labels: Readonly<Record<string, string>>) => Iterable<PodInfo>;

  constructor(pods: (namespace: string, labels: Readonly<Record<string, string>>) => Iterable<PodInfo>) {
    this.#pods = pods;
  }

  of(namespace: string, selector: LabelSelector): PodTally {
    const key = `${namespace}\n${JSON.stringify(selector)}`;
    const known = this.#bySelector.get(key);
    if (known !== undefined) return known;
    if (this.#bySelector.size >= MOST) {
      this.#bySelector.clear();
      this.#byAnchor.clear();
    }
    const tally = { namespace, matcher: labelSelectorMatcher(selector), all: new Map(), live: new Map() };
    for (const pod of this.#pods(namespace, selector.matchLabels ?? {})) countPod(tally, pod, 1);
    this.#bySelector.set(key, tally);
    const anchor = anchorOf(selector);
    const beside = this.#byAnchor.get(anchor);
    if (beside === undefined) this.#byAnchor.set(anchor, new Set([tally]));
    else beside.add(tally);
    return tally;
  }

  add(pod: PodInfo): void {
    this.#count(pod, 1);
  }

  remove(pod: PodInfo): void {
    this.#count(pod, -1);
  }

  #count(pod: PodInfo, change: 1 | -1): void {
    if (this.#bySelector.size === 0) return;
    for (const anchor of anchorsOf(pod.labels)) {
      for (const tally of this.#byAnchor.get(anchor) ?? []) countPod(tally, pod, change);
    }
  }
}
