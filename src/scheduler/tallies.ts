import { type LabelMatcher, type LabelSelector, labelSelectorMatcher } from '../schema/selectors.ts';
import { DomainCounts, type Domains } from './domains.ts';
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
  /** `live` by domain. */
  over(domains: Domains): DomainCounts;
}

/** More selectors than that are not in use at once; what was thrown away is counted anew when it is asked for. */
const MOST = 4_096;
/** Constraints that count the same pods over different nodes. */
const MOST_DOMAINS = 16;

function count(counts: Map<string, number>, node: string, change: 1 | -1): void {
  const next = (counts.get(node) ?? 0) + change;
  if (next > 0) counts.set(node, next);
  else counts.delete(node);
}

class Tally implements PodTally {
  readonly namespace: string;
  readonly matcher: LabelMatcher;
  readonly all: Map<string, number>;
  readonly live: Map<string, number>;
  readonly #byDomain = new Map<string, DomainCounts>();

  constructor(namespace: string, matcher: LabelMatcher, from?: PodTally) {
    this.namespace = namespace;
    this.matcher = matcher;
    this.all = new Map(from?.all);
    this.live = new Map(from?.live);
  }

  over(domains: Domains): DomainCounts {
    const known = this.#byDomain.get(domains.key);
    if (known?.domains === domains) return known;
    if (this.#byDomain.size >= MOST_DOMAINS) this.#byDomain.clear();
    const counts = new DomainCounts(domains, this.live);
    this.#byDomain.set(domains.key, counts);
    return counts;
  }

  /** Adds a pod, or takes it out. */
  count(pod: PodInfo, change: 1 | -1): void {
    if (pod.namespace !== this.namespace || !this.matcher.matches(pod.labels)) return;
    count(this.all, pod.nodeName, change);
    if (pod.terminating) return;
    count(this.live, pod.nodeName, change);
    for (const counts of this.#byDomain.values()) counts.change(pod.nodeName, change);
  }
}

/** The tally as it were without these pods, all of which it may have counted. */
export function without(tally: PodTally, gone: Iterable<PodInfo>): PodTally {
  const copy = new Tally(tally.namespace, tally.matcher, tally);
  for (const pod of gone) copy.count(pod, -1);
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
    const tally = new Tally(namespace, labelSelectorMatcher(selector));
    for (const pod of this.#pods(namespace, selector.matchLabels ?? {})) tally.count(pod, 1);
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
      for (const tally of this.#byAnchor.get(anchor) ?? []) tally.count(pod, change);
    }
  }
}
