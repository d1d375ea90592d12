import { rfc3339 } from '../base/time.ts';
import type { KubeObject } from '../schema/object.ts';
import type { PressureType } from './pressure/thresholds.ts';
import type { Runtime } from './runtimes/runtime.ts';

export interface NodeProfile {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Quantities by resource; what is left out has the defaults of a roomy machine. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  /** Port of the node's API, as clients of the node are told. */
  readonly port?: number;
  readonly machine?: {
    readonly machineId: string;
    readonly bootId: string;
    readonly kernelVersion: string;
    readonly osImage: string;
    readonly os: string;
    readonly architecture: string;
  };
}

const KUBELET_VERSION = 'v1.36.3';
const MACHINE = {
  machineId: '',
  bootId: '',
  kernelVersion: '',
  osImage: 'Perdure simulated node',
  os: 'linux',
  architecture: 'amd64',
};

/** What a node without a word about its size has. */
export const DEFAULT_CAPACITY: Readonly<Record<string, string>> = {
  cpu: '32',
  'ephemeral-storage': '1Ti',
  memory: '256Gi',
  pods: '110',
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What a node says of itself beyond that it is healthy. */
export interface NodeHealth {
  readonly ready: boolean;
  readonly pressure: ReadonlySet<PressureType>;
}

const WELL: NodeHealth = { ready: true, pressure: new Set() };

/** Conditions that are not as they should be, by type. */
const TROUBLE: Readonly<Record<PressureType | 'Ready', Condition>> = {
  MemoryPressure: {
    type: 'MemoryPressure',
    status: 'True',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  },
  DiskPressure: {
    type: 'DiskPressure',
    status: 'True',
    reason: 'KubeletHasDiskPressure',
    message: 'kubelet has disk pressure',
  },
  Ready: { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' },
};

const HEALTHY: readonly Condition[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/** Labels every node carries (node.md 9.1). */
export function nodeLabels(profile: NodeProfile): Record<string, string> {
  const { os, architecture } = profile.machine ?? MACHINE;
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': os,
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': profile.name,
    'kubernetes.io/os': os,
    ...profile.labels,
  };
}

/** The Node object as it registers itself. */
export function newNode(profile: NodeProfile): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: profile.name,
      labels: nodeLabels(profile),
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...profile.annotations },
    },
    spec: profile.taints === undefined ? {} : { taints: profile.taints },
  };
}

function conditions(
  runtime: Runtime,
  previous: readonly KubeObject['status'][],
  now: number,
  { ready, pressure }: NodeHealth,
): object[] {
  const time = rfc3339(now);
  const troubled = (type: string): type is keyof typeof TROUBLE =>
    type === 'Ready' ? !ready : (pressure as ReadonlySet<string>).has(type);
  const list: Condition[] = [...runtime.conditions, ...HEALTHY].map((condition) =>
    troubled(condition.type) ? TROUBLE[condition.type] : condition,
  );
  const foreign = previous.filter((before) => !list.some((condition) => condition.type === before.type));
  return [
    ...foreign,
    ...list.map((condition) => {
      const before = previous.find((other) => other.type === condition.type);
      return {
        lastHeartbeatTime: time,
        lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : time,
        message: condition.message,
        reason: condition.reason,
        status: condition.status,
        type: condition.type,
      };
    }),
  ];
}

/** Node status (node.md 9.1); what `previous` has beyond what the agent knows is kept. */
export function nodeStatus(
  profile: NodeProfile,
  runtime: Runtime,
  previous: KubeObject['status'],
  now: number,
  health = WELL,
): Record<string, unknown> {
  const machine = profile.machine ?? MACHINE;
  const given = previous?.capacity && Object.keys(previous.capacity).length > 0 ? previous.capacity : undefined;
  const capacity =
    profile.capacity === undefined ? (given ?? DEFAULT_CAPACITY) : { ...DEFAULT_CAPACITY, ...profile.capacity };
  const givenAllocatable = given === undefined ? undefined : previous.allocatable;
  return {
    ...previous,
    addresses:
      previous?.addresses?.length > 0 && profile.machine === undefined
        ? previous.addresses
        : [
            ...profile.addresses.map((address) => ({ address, type: 'InternalIP' })),
            { address: profile.name, type: 'Hostname' },
          ],
    allocatable: profile.allocatable ?? (profile.capacity === undefined ? givenAllocatable : undefined) ?? capacity,
    capacity,
    conditions: conditions(runtime, previous?.conditions ?? [], now, health),
    daemonEndpoints: { kubeletEndpoint: { Port: profile.port ?? 10250 } },
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootId,
      containerRuntimeVersion: runtime.version,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion: KUBELET_VERSION,
      machineID: machine.machineId,
      operatingSystem: machine.os,
      osImage: machine.osImage,
      systemUUID: machine.machineId,
    },
  };
}
