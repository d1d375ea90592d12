import type { Condition, Node, Taint } from '../framework/objects.ts';

/** Taints the controller owns, by what they say (node.md 9.2). */
export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
};
const OWNED = new Set([
  ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)),
  UNSCHEDULABLE,
]);
const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function readyStatus(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

/** Conditions of a node that stopped reporting; null when they say so already. */
export function unknownConditions(node: Node, now: string): readonly Condition[] | null {
  const old = node.status?.conditions ?? [];
  let changed = false;
  const next = WATCHED.map((type): Condition => {
    const before = old.find((condition) => condition.type === type);
    if (before?.status === 'Unknown') return before;
    changed = true;
    return before === undefined
      ? {
          type,
          status: 'Unknown',
          reason: 'NodeStatusNeverUpdated',
          message: 'Kubelet never posted node status.',
          lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
          lastTransitionTime: now,
        }
      : {
          ...before,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        };
  });
  return changed ? [...old.filter(({ type }) => !WATCHED.includes(type)), ...next] : null;
}

/** NoSchedule taints as the conditions ask for; null when they are there already. */
export function scheduleTaints(node: Node): readonly Taint[] | null {
  const wanted = new Set<string>();
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = CONDITION_TAINTS[type]?.[status];
    if (key !== undefined) wanted.add(key);
  }
  if (node.spec.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const taints = node.spec.taints ?? [];
  const ours = taints.filter(({ key, effect }) => effect === 'NoSchedule' && OWNED.has(key));
  if (ours.length === wanted.size && ours.every(({ key }) => wanted.has(key))) return null;
  const others = taints.filter((taint) => !ours.includes(taint) || wanted.has(taint.key));
  const present = new Set(ours.map(({ key }) => key));
  return [...others, ...[...wanted].filter((key) => !present.has(key)).map((key) => ({ key, effect: 'NoSchedule' }))];
}

/** The NoExecute taint of a node's state, null for a ready one. */
export function evictionTaint(node: Node): string | null {
  const status = readyStatus(node);
  if (status === 'False') return NOT_READY;
  return status === 'Unknown' ? UNREACHABLE : null;
}

/** Taints with exactly this NoExecute taint of ours; null when they are so already. */
export function executeTaints(node: Node, key: string | null, now: string): readonly Taint[] | null {
  const taints = node.spec.taints ?? [];
  const isOurs = (taint: Taint) =>
    taint.effect === 'NoExecute' && (taint.key === NOT_READY || taint.key === UNREACHABLE);
  const ours = taints.filter(isOurs);
  if (key === null ? ours.length === 0 : ours.length === 1 && ours[0]?.key === key) return null;
  const others = taints.filter((taint) => !isOurs(taint));
  return key === null ? others : [...others, { key, effect: 'NoExecute', timeAdded: now }];
}

export type ZoneState = 'normal' | 'partial' | 'full';

/** Nodes a second that may be tainted NoExecute in a zone in this state. */
export function evictionRate(state: ZoneState, zoneSize: number): number {
  if (state !== 'partial') return 0.1;
  return zoneSize > 50 ? 0.01 : 0;
}

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'full';
  return notReady > 2 && notReady / (ready + notReady) >= 0.55 ? 'partial' : 'normal';
}
