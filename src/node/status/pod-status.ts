import { compareText } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerRecord } from '../pod/container-record.ts';
import type { ResizeState } from '../pod/pod-state.ts';
import { podConditions } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import { type Phase, podPhase } from './phase.ts';

export interface PodView {
  readonly pod: KubeObject;
  readonly init: readonly ContainerRecord[];
  readonly apps: readonly ContainerRecord[];
  readonly ephemeral: readonly ContainerRecord[];
  readonly sandboxReady: boolean;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** All was stopped on order. */
  readonly ended: boolean;
  /** Why the node ended or refused the pod. */
  readonly verdict: {
    readonly reason: string;
    readonly message: string;
    readonly disruption?: { readonly reason: string; readonly message: string };
  } | null;
  readonly resize: ResizeState | null;
  readonly restartingAll: boolean;
  readonly now: number;
}

const isTerminal = (phase: unknown): phase is Phase => phase === 'Succeeded' || phase === 'Failed';

/** A pod's phase as the node sees it; what the API already calls over stays over. */
export function phaseOf(view: PodView): Phase {
  const before = view.pod.status?.phase;
  if (isTerminal(before)) return before;
  if (view.verdict !== null && (view.ended || view.init.length + view.apps.length === 0)) return 'Failed';
  return podPhase({
    init: view.init,
    apps: view.apps,
    restartPolicy: view.pod.spec.restartPolicy ?? 'Always',
    ended: view.ended,
  });
}

const NO_CONTAINERS: readonly KubeObject['spec'][] = [];

function canRestartAll({ containers = NO_CONTAINERS, initContainers = NO_CONTAINERS }: KubeObject['spec']): boolean {
  return [containers, initContainers].some((list) =>
    list.some(({ restartPolicyRules }: KubeObject['spec']) =>
      restartPolicyRules?.some(({ action }: { action: string }) => action === 'RestartAllContainers'),
    ),
  );
}

/** The whole status of a pod (node.md 1). `withhold` keeps a terminal phase back while containers still run. */
export function podStatus(view: PodView): Record<string, unknown> {
  const { pod, now } = view;
  const old = pod.status ?? {};
  const hasInit = (pod.spec.initContainers ?? []).length > 0;
  let phase = phaseOf(view);
  const anyRuns = [...view.init, ...view.apps].some((record) => record.state?.phase === 'running');
  if (isTerminal(phase) && anyRuns && !isTerminal(old.phase)) phase = 'Running';
  const init = view.init.map((record) => ({
    status: containerStatus(record, hasInit),
    sidecar: record.role === 'sidecar',
  }));
  const apps = view.apps.map((record) => containerStatus(record, hasInit));
  const conditions = podConditions({
    phase,
    sandboxReady: view.sandboxReady,
    init,
    apps,
    readinessGates: pod.spec.readinessGates ?? [],
    previous: old.conditions ?? [],
    generation: pod.metadata.generation,
    resize: view.resize,
    restartingAll: canRestartAll(pod.spec) ? view.restartingAll : null,
    now,
    ...(view.verdict?.disruption === undefined ? {} : { disruption: view.verdict.disruption }),
  });
  const podIPs = view.podIPs.length > 0 ? view.podIPs : (old.podIPs ?? []).map((entry: { ip: string }) => entry.ip);
  const sameTime = old.phase === phase;
  const reason = view.verdict?.reason ?? (sameTime ? old.reason : undefined);
  const message = view.verdict?.message ?? (sameTime ? old.message : undefined);
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions,
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    hostIP: view.hostIPs[0],
    hostIPs: view.hostIPs.map((ip) => ({ ip })),
    ...(podIPs.length === 0 ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip: string) => ({ ip })) }),
    // That of the first status, as upstream has it: never before the first transition of a condition.
    startTime: old.startTime ?? rfc3339(now),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map(({ status }) => status) }),
    ...(apps.length === 0 ? {} : { containerStatuses: byName(apps) }),
    ...(old.qosClass === undefined ? {} : { qosClass: old.qosClass }),
    ...(view.ephemeral.length === 0
      ? {}
      : { ephemeralContainerStatuses: byName(view.ephemeral.map((record) => containerStatus(record, hasInit))) }),
    ...(old.resourceClaimStatuses === undefined ? {} : { resourceClaimStatuses: old.resourceClaimStatuses }),
  };
}

function byName<T extends { readonly name: string }>(statuses: T[]): T[] {
  return statuses.length < 2 ? statuses : statuses.sort((a, b) => compareText(a.name, b.name));
}
