import { matchesPodPlacement } from '../../api/shared/node-selector.ts';
import { untolerated } from '../../api/shared/tolerations.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Filter, World } from '../types.ts';
import { crowded, unresolvable } from './verdict.ts';

const SKEWED = crowded("node(s) didn't match pod topology spread constraints");
const UNLABELLED = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const NOWHERE: ReadonlyMap<string, number> = new Map();
const NO_SCHEDULE = ['NoSchedule', 'NoExecute'];

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  // biome-ignore lint/suspicious/noExplicitAny: a label selector as stored
  readonly labelSelector?: any;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
}

/** Matching pods by domain of one constraint, over the nodes that count for it. */
export function spreadCounts(
  constraint: SpreadConstraint,
  keys: readonly string[],
  pod: PodInfo,
  world: World,
): Map<string, number> {
  const counts = new Map<string, number>();
  const { topologyKey, labelSelector } = constraint;
  // A selector without requirements selects every pod elsewhere; here it counts none (node.md 7.3).
  const empty = !labelSelector || labelSelectorMatcher(labelSelector).everything;
  const here = empty ? NOWHERE : world.tally(pod.namespace, labelSelector).live;
  const counted = eligibility(constraint, pod);
  for (const node of world.nodes) {
    const { labels } = node;
    const domain = labels[topologyKey];
    if (domain === undefined || !keys.every((key) => labels[key] !== undefined) || !counted(node)) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + (here.get(node.name) ?? 0));
  }
  return counts;
}

/** Which nodes count for the constraint, whether or not they can take the pod. */
function eligibility(constraint: SpreadConstraint, pod: PodInfo): (node: NodeInfo) => boolean {
  const { spec } = pod.pod;
  const byAffinity = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && isPlaced(spec);
  const byTaints = constraint.nodeTaintsPolicy === 'Honor';
  return (node) =>
    (!byAffinity || matchesPodPlacement(spec, node)) &&
    (!byTaints || untolerated(node.taints, pod.tolerations, NO_SCHEDULE) === null);
}

// biome-ignore lint/suspicious/noExplicitAny: a pod spec as stored
const isPlaced = (spec: any): boolean => Boolean(spec.nodeSelector || spec.affinity?.nodeAffinity);

/** DoNotSchedule spread constraints (KEP-895; node.md 7.3). */
export const podTopologySpread: Filter = {
  name: 'PodTopologySpread',
  prepare(pod, world) {
    const all: readonly SpreadConstraint[] = pod.pod.spec.topologySpreadConstraints ?? [];
    const hard = all.filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule');
    if (hard.length === 0) return null;
    const keys = hard.map((constraint) => constraint.topologyKey);
    const prepared = hard.map((constraint) => {
      const counts = spreadCounts(constraint, keys, pod, world);
      let minimum = counts.size === 0 || counts.size < (constraint.minDomains ?? 1) ? 0 : Number.POSITIVE_INFINITY;
      for (const count of counts.values()) minimum = Math.min(minimum, count);
      const own =
        constraint.labelSelector && labelSelectorMatcher(constraint.labelSelector).matches(pod.labels) ? 1 : 0;
      return { constraint, counts, minimum, own };
    });
    return (node) => {
      for (const { constraint, counts, minimum, own } of prepared) {
        const domain = node.labels[constraint.topologyKey];
        if (domain === undefined) return UNLABELLED;
        if ((counts.get(domain) ?? 0) + own - minimum > constraint.maxSkew) return SKEWED;
      }
      return null;
    };
  },
};
