import { type SpreadConstraint, spreadOf } from '../filters/pod-topology-spread.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Score } from '../types.ts';
import { spanned } from './normalize.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** Cluster defaults for members of a controller (node.md 7.3): spread over hosts and zones, score only. */
function defaultConstraints(pod: PodInfo): readonly SpreadConstraint[] {
  const owner = pod.pod.metadata.ownerReferences?.find((reference) => reference.controller);
  if (owner === undefined || !['StatefulSet', 'ReplicaSet', 'ReplicationController'].includes(owner.kind)) return [];
  const labelSelector = { matchLabels: withoutMemberLabels(pod.labels) };
  return [
    { maxSkew: 3, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
    { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
  ];
}

const MEMBER_LABELS = [
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-revision-hash',
  'pod-template-hash',
];

function withoutMemberLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !MEMBER_LABELS.includes(key)));
}

/** ScheduleAnyway constraints: fewer matching pods in the node's domain score higher; rarer domains weigh less. */
export const spreadPreference: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  prepare(pod, world, nodes) {
    const own: readonly SpreadConstraint[] = pod.pod.spec.topologySpreadConstraints ?? [];
    const soft = own.length > 0 ? own.filter((c) => c.whenUnsatisfiable === 'ScheduleAnyway') : defaultConstraints(pod);
    if (soft.length === 0) return null;
    const prepared = soft.map((constraint) => spreadOf(constraint, [constraint.topologyKey], pod, world));
    const weights = prepared.map(({ counts }) => Math.log(counts.size + 2));
    return spanned(nodes, (node) => {
      let cost = 0;
      prepared.forEach(({ constraint, counts, own }, i) => {
        const domain = node.labels[constraint.topologyKey];
        if (domain !== undefined) cost += (counts.in(domain) + own) * weights[i]! + (constraint.maxSkew - 1);
      });
      return -cost;
    });
  },
};
