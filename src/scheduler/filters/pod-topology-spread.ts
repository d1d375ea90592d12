import { matchesPodPlacement } from '../../api/shared/node-selector.ts';
import { untolerated } from '../../api/shared/tolerations.ts';
import { DomainCounts, type Domains } from '../domains.ts';
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

/** A constraint, and how the pods it is about stand. */
export interface Spread {
  readonly constraint: SpreadConstraint;
  /** Matching pods by domain, over the nodes that count. */
  readonly counts: DomainCounts;
  /** What the pod itself adds: 1 when its constraint selects it. */
  readonly own: 0 | 1;
}

/** The state of one constraint of the pod. `keys`: topology keys a node must have to count. */
export function spreadOf(constraint: SpreadConstraint, keys: readonly string[], pod: PodInfo, world: World): Spread {
  const domains = domainsOf(constraint, keys, pod, world);
  const { labelSelector } = constraint;
  if (!labelSelector) return { constraint, counts: new DomainCounts(domains, NOWHERE), own: 0 };
  const tally = world.tally(pod.namespace, labelSelector);
  // A selector without requirements selects every pod elsewhere; here it counts none (node.md 7.3).
  const counts = tally.matcher.everything ? new DomainCounts(domains, NOWHERE) : tally.over(domains);
  return { constraint, counts, own: tally.matcher.matches(pod.labels) ? 1 : 0 };
}

/** Nodes that count for the constraint, whether or not they can take the pod. */
function domainsOf(constraint: SpreadConstraint, keys: readonly string[], pod: PodInfo, world: World): Domains {
  const { topologyKey } = constraint;
  const { spec } = pod.pod;
  const byAffinity = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && isPlaced(spec);
  const byTaints = constraint.nodeTaintsPolicy === 'Honor';
  let key = `${topologyKey}\n${keys.join()}`;
  if (byAffinity) key += `\nplaced ${JSON.stringify([spec.nodeSelector, spec.affinity?.nodeAffinity])}`;
  if (byTaints) key += `\ntolerant ${JSON.stringify(pod.tolerations)}`;
  return world.domains(key, (node) =>
    keys.every((each) => node.labels[each] !== undefined) &&
    (!byAffinity || matchesPodPlacement(spec, node)) &&
    (!byTaints || untolerated(node.taints, pod.tolerations, NO_SCHEDULE) === null)
      ? node.labels[topologyKey]
      : undefined,
  );
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
      const { counts, own } = spreadOf(constraint, keys, pod, world);
      const minimum = counts.size < (constraint.minDomains ?? 1) ? 0 : counts.minimum;
      return { key: constraint.topologyKey, counts, most: constraint.maxSkew + minimum - own };
    });
    return (node) => {
      for (const { key, counts, most } of prepared) {
        const domain = node.labels[key];
        if (domain === undefined) return UNLABELLED;
        if (counts.in(domain) > most) return SKEWED;
      }
      return null;
    };
  },
};
