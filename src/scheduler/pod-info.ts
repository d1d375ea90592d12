import { type Amounts, podRequests } from '../api/shared/pod-requests.ts';
import type { Toleration } from '../api/shared/tolerations.ts';
import { parseTime } from '../base/time.ts';
import type { KubeObject } from '../schema/object.ts';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with all that filters ask for, computed once. */
export interface PodInfo {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The newest version whose placement is this one. */
  pod: KubeObject;
  /** Changed by the cache alone, which keeps what goes by labels in step. */
  labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly createdAt: number;
  readonly requests: Amounts;
  /** CPU and memory with the stand-ins for missing requests that scoring uses (100m, 200Mi a container). */
  readonly scoreCpu: number;
  readonly scoreMemory: number;
  readonly tolerations: readonly Toleration[];
  readonly hostPorts: readonly HostPort[];
  /** Names of claims used, generic ephemeral volumes included. */
  readonly claims: readonly string[];
  readonly nodeName: string;
  readonly terminating: boolean;
}

const NO_PORTS: readonly HostPort[] = [];
const NO_NAMES: readonly string[] = [];
const NO_TOLERATIONS: readonly Toleration[] = [];
const DEFAULT_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

function hostPortsOf(pod: KubeObject): readonly HostPort[] {
  let out: HostPort[] | null = null;
  for (const list of [pod.spec.containers, pod.spec.initContainers]) {
    for (const container of list ?? []) {
      if (list === pod.spec.initContainers && container.restartPolicy !== 'Always') continue;
      for (const port of container.ports ?? []) {
        if (!port.hostPort) continue;
        out ??= [];
        out.push({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort });
      }
    }
  }
  return out ?? NO_PORTS;
}

function claimsOf(pod: KubeObject): readonly string[] {
  let out: string[] | null = null;
  for (const volume of pod.spec.volumes ?? []) {
    const claim =
      volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined);
    if (claim === undefined) continue;
    out ??= [];
    out.push(claim);
  }
  return out ?? NO_NAMES;
}

export const podKey = (pod: KubeObject): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** Computes what scheduling needs of a pod. */
export function podInfo(pod: KubeObject): PodInfo {
  const requests = podRequests(pod.spec);
  const bare = pod.spec.containers?.length ?? 1;
  return {
    key: podKey(pod),
    uid: pod.metadata.uid ?? '',
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    pod,
    labels: pod.metadata.labels ?? {},
    priority: pod.spec.priority ?? 0,
    createdAt: pod.metadata.creationTimestamp === undefined ? 0 : parseTime(pod.metadata.creationTimestamp),
    requests,
    scoreCpu: requests.milliCpu || DEFAULT_CPU * bare,
    scoreMemory: requests.memory || DEFAULT_MEMORY * bare,
    tolerations: pod.spec.tolerations ?? NO_TOLERATIONS,
    hostPorts: hostPortsOf(pod),
    claims: claimsOf(pod),
    nodeName: pod.spec.nodeName ?? '',
    terminating: pod.metadata.deletionTimestamp !== undefined,
  };
}

/** Succeeded and Failed pods use nothing of their node any more. */
export function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
