import type { NodePage } from '../../apiserver/streaming/node-endpoint.ts';
import type { Clock } from '../../base/clock.ts';
import { METRICS_TYPE, MetricsText } from '../../base/prometheus.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { PodWorker } from '../pod/worker.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { MountedClaim } from '../volumes/claim-volumes.ts';
import type { VolumeUsage } from './volume-stats.ts';

/** What the pages of a node are made from. */
export interface NodeView {
  readonly nodeName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly workers: readonly PodWorker[];
  readonly claims: readonly MountedClaim[];
  /** Null: it cannot be measured. */
  usage(claim: MountedClaim): Promise<VolumeUsage | null>;
}

const NANOS = 1e9;
const plain = (body: string, contentType = 'text/plain; charset=utf-8'): NodePage => ({ code: 200, contentType, body });
const json = (value: object): NodePage => plain(JSON.stringify(value), 'application/json');

/** The pages a kubelet serves about itself (node.md 11); null for paths without one. */
export async function kubeletPage(path: string, view: NodeView): Promise<NodePage | null> {
  switch (path.replace(/\/+$/, '')) {
    case '/healthz':
      return plain('ok');
    case '/metrics':
      return plain(await metrics(view), METRICS_TYPE);
    case '/metrics/resource':
      return plain(await resourceMetrics(view), METRICS_TYPE);
    case '/stats/summary':
      return json(await summary(view));
    case '/pods':
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: view.workers.map(({ pod }) => pod) });
    default:
      return null;
  }
}

const FAMILIES: readonly (readonly [name: string, of: keyof VolumeUsage, help: string])[] = [
  ['available_bytes', 'availableBytes', 'Bytes the volume has room for.'],
  ['capacity_bytes', 'capacityBytes', 'Size of the volume in bytes.'],
  ['inodes', 'inodes', 'Inodes the volume can have.'],
  ['inodes_free', 'inodesFree', 'Inodes the volume has room for.'],
  ['inodes_used', 'inodesUsed', 'Inodes the volume has.'],
  ['used_bytes', 'usedBytes', 'Bytes the volume holds.'],
];

async function metrics(view: NodeView): Promise<string> {
  const text = new MetricsText();
  text.family('kubelet_node_name', 'gauge', 'The node this is; always 1.').sample({ node: view.nodeName }, 1);
  const { workers } = view;
  const states = { created: 0, exited: 0, running: 0 };
  for (const worker of workers) for (const { state } of worker.records) if (state !== null) states[state.phase]++;
  text.family('kubelet_running_containers', 'gauge', 'Containers, by state.');
  for (const [state, count] of Object.entries(states)) text.sample({ container_state: state }, count);
  text.family('kubelet_running_pods', 'gauge', 'Pods with a container that runs.');
  text.sample({}, workers.filter(({ records }) => records.some(({ state }) => state?.phase === 'running')).length);
  const measured = await measuredClaims(view);
  for (const [name, of, help] of measured.length === 0 ? [] : FAMILIES) {
    text.family(`kubelet_volume_stats_${name}`, 'gauge', help);
    for (const { claim, usage } of measured) text.sample(claimLabels(claim), usage[of]);
  }
  return text.text;
}

const claimLabels = ({ metadata: { namespace = '', name = '' } }: KubeObject) => ({
  namespace,
  persistentvolumeclaim: name,
});

/** Each claim once, however many pods mount it. */
async function measuredClaims(view: NodeView): Promise<{ claim: KubeObject; usage: VolumeUsage }[]> {
  const byUid = new Map(view.claims.map((mounted) => [mounted.claim.metadata.uid, mounted]));
  const measured = await Promise.all(
    [...byUid.values()].map(async (mounted) => ({ claim: mounted.claim, usage: await view.usage(mounted) })),
  );
  return measured.flatMap(({ claim, usage }) => (usage === null ? [] : [{ claim, usage }]));
}

interface ContainerUsage {
  readonly worker: PodWorker;
  readonly name: string;
  readonly startedAt: number;
  readonly memoryBytes: number;
  readonly cpuNanos: number;
}

async function containerUsage({ workers, runtime }: NodeView): Promise<ContainerUsage[]> {
  const each = workers.map(async (worker) =>
    (await runtime.stats(worker.uid).catch(() => [])).map((stats) => ({
      worker,
      ...stats,
      startedAt: worker.record(stats.name)?.state?.startedAt ?? 0,
    })),
  );
  return (await Promise.all(each)).flat();
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function resourceMetrics(view: NodeView): Promise<string> {
  const text = new MetricsText();
  const used = await containerUsage(view);
  const labels = ({ worker: { pod } }: ContainerUsage) => ({
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name ?? '',
  });
  const containers = (name: string, type: 'counter' | 'gauge', help: string, of: (one: ContainerUsage) => number) => {
    text.family(`container_${name}`, type, help);
    for (const one of used) text.sample({ ...labels(one), container: one.name }, of(one));
  };
  const pods = (name: string, type: 'counter' | 'gauge', help: string, of: (one: ContainerUsage) => number) => {
    text.family(`pod_${name}`, type, help);
    for (const group of grouped(used).values()) text.sample(labels(group[0]!), sum(group.map(of)));
  };
  const cpu = ({ cpuNanos }: ContainerUsage): number => cpuNanos / NANOS;
  containers('cpu_usage_seconds_total', 'counter', 'CPU time used, in core-seconds.', cpu);
  containers('memory_working_set_bytes', 'gauge', 'Memory in use.', ({ memoryBytes }) => memoryBytes);
  containers('start_time_seconds', 'gauge', 'Start, in seconds since the epoch.', ({ startedAt }) => startedAt / 1000);
  pods('cpu_usage_seconds_total', 'counter', 'CPU time used, in core-seconds.', cpu);
  pods('memory_working_set_bytes', 'gauge', 'Memory in use.', ({ memoryBytes }) => memoryBytes);
  return text.text;
}

function grouped(used: readonly ContainerUsage[]): Map<PodWorker, ContainerUsage[]> {
  const groups = new Map<PodWorker, ContainerUsage[]>();
  for (const one of used) groups.set(one.worker, [...(groups.get(one.worker) ?? []), one]);
  return groups;
}

async function summary(view: NodeView): Promise<object> {
  const time = rfc3339(view.clock.now());
  const used = grouped(await containerUsage(view));
  const pods = view.workers.map(async (worker) => {
    const { namespace, name, uid } = worker.pod.metadata;
    const containers = used.get(worker) ?? [];
    const cpuAndMemory = (of: readonly ContainerUsage[]) => ({
      cpu: { time, usageCoreNanoSeconds: sum(of.map(({ cpuNanos }) => cpuNanos)) },
      memory: { time, workingSetBytes: sum(of.map(({ memoryBytes }) => memoryBytes)) },
    });
    return {
      podRef: { name, namespace, uid },
      startTime: rfc3339(worker.startTime),
      containers: containers.map((one) => ({
        name: one.name,
        startTime: rfc3339(one.startedAt),
        ...cpuAndMemory([one]),
      })),
      ...cpuAndMemory(containers),
      volume: await volumesOf(worker, view, time),
    };
  });
  const node = { nodeName: view.nodeName, startTime: rfc3339(view.startedAt) };
  return { node, pods: await Promise.all(pods) };
}

async function volumesOf(worker: PodWorker, view: NodeView, time: string): Promise<object[]> {
  const mine = view.claims.filter(({ podUid }) => podUid === worker.uid);
  const measured = await Promise.all(mine.map(async (claim) => ({ claim, usage: await view.usage(claim) })));
  return measured.flatMap(({ claim: { name, claim }, usage }) =>
    usage === null
      ? []
      : [{ time, ...usage, name, pvcRef: { name: claim.metadata.name, namespace: claim.metadata.namespace } }],
  );
}
