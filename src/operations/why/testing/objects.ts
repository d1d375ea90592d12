import { rfc3339 } from '../../../base/time.ts';
import type {
  Container,
  Event,
  Node,
  Objects,
  Observed,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  Service,
  StatefulSet,
  StorageClass,
} from '../observed.ts';
import { NOTHING_OBSERVED } from '../observed.ts';

/** The time at which the small worlds of the tests are judged. */
export const NOW = Date.UTC(2026, 0, 15, 12);
export const ago = (seconds: number): string => rfc3339(NOW - seconds * 1000);

const DAY = 86_400;
const OLD = 'web-old';
const NEW = 'web-new';

export { NEW, OLD };

type Part<T> = { readonly [K in keyof T]?: unknown };

/** Laid over a default; nested objects are laid over each other, lists and scalars replace. */
export function over<T>(base: object, ...parts: readonly object[]): T {
  const result: Record<string, unknown> = { ...base };
  for (const part of parts)
    for (const [key, value] of Object.entries(part)) {
      const mine = result[key];
      const both = [mine, value].every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
      result[key] = both ? over(mine as object, value as object) : value;
    }
  return result as T;
}

export const world = (...parts: readonly Partial<Objects>[]): Observed => {
  const result: Record<string, unknown> = { ...NOTHING_OBSERVED };
  for (const part of parts)
    for (const [list, items] of Object.entries(part)) result[list] = [...(result[list] as []), ...(items as [])];
  return result as unknown as Observed;
};

export const container = (part: Part<Container> = {}): Container =>
  over({ name: 'db', image: 'postgres:17', resources: {} }, part);

export const set = (part: object = {}): StatefulSet =>
  over(
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web', namespace: 'shop', uid: 'set-uid', generation: 1, creationTimestamp: ago(10 * DAY) },
      spec: {
        replicas: 3,
        serviceName: 'web',
        podManagementPolicy: 'OrderedReady',
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container()] } },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '10Gi' } } } }],
      },
      status: { replicas: 3, availableReplicas: 3, observedGeneration: 1, currentRevision: OLD, updateRevision: OLD },
    },
    part,
  );

export const service = (part: object = {}): Service =>
  over(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { clusterIP: 'None', selector: { app: 'web' } },
      status: {},
    },
    part,
  );

const condition = (type: string, status: string, seconds: number, part: object = {}): object => ({
  type,
  status,
  lastProbeTime: null,
  lastTransitionTime: ago(seconds),
  ...part,
});

/** Ready for a day on node `n<ordinal>`, with its claim. */
export const pod = (ordinal: number, part: object = {}): Pod =>
  over(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `web-${ordinal}`,
        namespace: 'shop',
        uid: `pod-uid-${ordinal}`,
        creationTimestamp: ago(DAY),
        labels: { app: 'web', 'controller-revision-hash': OLD },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'set-uid', controller: true },
        ],
      },
      spec: {
        nodeName: `n${ordinal}`,
        terminationGracePeriodSeconds: 30,
        containers: [container()],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-web-${ordinal}` } }],
      },
      status: {
        phase: 'Running',
        conditions: [condition('Ready', 'True', DAY), condition('PodScheduled', 'True', DAY)],
        containerStatuses: [status({ ready: true, state: { running: { startedAt: ago(DAY) } } })],
      },
    },
    part,
  );

export const status = (part: object = {}): object => ({
  name: 'db',
  image: 'postgres:17',
  imageID: 'sha256:1',
  containerID: 'containerd://1',
  restartCount: 0,
  ready: false,
  state: {},
  lastState: {},
  ...part,
});

/** Not Ready for so long, its container in the given state. */
export const unready = (
  seconds: number,
  container0: object = { state: { running: { startedAt: ago(seconds) } } },
): object => ({
  status: {
    conditions: [condition('Ready', 'False', seconds), condition('PodScheduled', 'True', seconds)],
    containerStatuses: [status(container0)],
  },
});

/** Containers not created yet: no ids, no runs. */
export const creating = (seconds: number, waiting: object = { reason: 'ContainerCreating' }): object => ({
  status: {
    phase: 'Pending',
    conditions: [condition('Ready', 'False', seconds), condition('PodScheduled', 'True', seconds)],
    containerStatuses: [
      {
        name: 'db',
        image: 'postgres:17',
        imageID: '',
        restartCount: 0,
        ready: false,
        state: { waiting },
        lastState: {},
      },
    ],
  },
});

/** A pod of the ordinal that the scheduler has refused with this message. */
export const refused = (ordinal: number, message: string, part: object = {}): Pod => {
  const { nodeName: _, ...spec } = pod(ordinal).spec;
  const made = pod(ordinal, {
    status: {
      phase: 'Pending',
      conditions: [condition('PodScheduled', 'False', 300, { reason: 'Unschedulable', message })],
      containerStatuses: [],
    },
  });
  return over({ ...made, spec }, part);
};

export const claim = (ordinal: number, part: object = {}): PersistentVolumeClaim =>
  over(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: `data-web-${ordinal}`,
        namespace: 'shop',
        uid: `claim-uid-${ordinal}`,
        creationTimestamp: ago(10 * DAY),
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'standard',
        volumeName: `pv-${ordinal}`,
        resources: { requests: { storage: '10Gi' } },
      },
      status: { phase: 'Bound', capacity: { storage: '10Gi' } },
    },
    part,
  );

/** A claim without a volume. */
export const pendingClaim = (ordinal: number, part: object = {}): PersistentVolumeClaim => {
  const bound = claim(ordinal);
  const { volumeName: _, ...spec } = bound.spec;
  return over({ ...bound, spec, status: { phase: 'Pending' } }, { metadata: { creationTimestamp: ago(600) } }, part);
};

export const volume = (ordinal: number, part: object = {}): PersistentVolume =>
  over(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `pv-${ordinal}`, creationTimestamp: ago(10 * DAY) },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'standard',
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'shop', name: `data-web-${ordinal}`, uid: `claim-uid-${ordinal}` },
      },
      status: { phase: 'Bound' },
    },
    part,
  );

/** A volume that nodes of one zone can use. */
export const zoned = (ordinal: number, zone: string, part: object = {}): PersistentVolume =>
  volume(
    ordinal,
    over(
      {
        spec: {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
              ],
            },
          },
        },
      },
      part,
    ),
  );

export const storageClass = (part: object = {}): StorageClass =>
  over(
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard' },
      provisioner: 'disk.example.com',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    part,
  );

export const node = (name: string, part: object = {}): Node =>
  over(
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': name.replace('n', 'z') },
      },
      spec: {},
      status: {
        allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
        conditions: [condition('Ready', 'True', DAY)],
        daemonEndpoints: {},
        nodeInfo: {},
      },
    },
    part,
  );

/** A node that has been silent for so long. */
export const silent = (name: string, seconds: number, part: object = {}): Node =>
  node(
    name,
    over({ status: { conditions: [condition('Ready', 'Unknown', seconds, { reason: 'NodeStatusUnknown' })] } }, part),
  );

export const budget = (part: object = {}): PodDisruptionBudget =>
  over(
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'shop', uid: 'pdb-uid', generation: 1 },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
      status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
    },
    part,
  );

export const event = (kind: string, name: string, reason: string, message: string, part: object = {}): Event =>
  over(
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${reason}`, namespace: 'shop' },
      involvedObject: { kind, namespace: 'shop', name },
      reason,
      message,
      type: 'Warning',
      count: 1,
      firstTimestamp: ago(60),
      lastTimestamp: ago(20),
    },
    part,
  );

/** Three healthy members on three nodes in three zones, claims, volumes, service and budget. */
export const healthy = (): Observed =>
  world({
    statefulSets: [set()],
    pods: [pod(0), pod(1), pod(2)],
    claims: [claim(0), claim(1), claim(2)],
    volumes: [zoned(0, 'z0'), zoned(1, 'z1'), zoned(2, 'z2')].map((each) => each),
    classes: [storageClass()],
    nodes: [node('n0'), node('n1'), node('n2')],
    services: [service()],
    budgets: [budget()],
    revisions: [revision(OLD, 1, 10 * DAY)],
  });

export const revision = (name: string, number: number, seconds: number): Objects['revisions'][number] => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name, namespace: 'shop', creationTimestamp: ago(seconds) },
  data: {},
  revision: number,
});

/** The world with some objects in place of those of their names, or added; null takes one away (`pods: [[2, null]]` by name). */
export function changed(base: Observed, parts: Partial<Objects>, without: readonly string[] = []): Observed {
  const result: Record<string, unknown> = { ...base };
  for (const list of Object.keys(NOTHING_OBSERVED).filter((key) => key !== 'unseen') as (keyof Objects)[]) {
    const added: readonly { readonly metadata: { readonly name?: string } }[] = parts[list] ?? [];
    const names = new Set([...added.map(({ metadata }) => metadata.name), ...without]);
    const kept = (base[list] as typeof added).filter(({ metadata }) => !names.has(metadata.name));
    result[list] = [...kept, ...added];
  }
  return result as unknown as Observed;
}
