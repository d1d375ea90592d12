import { podCreate } from '../../src/api/core/pod/create.ts';
import type { KubeObject } from '../../src/schema/object.ts';
import { SeededRandom } from '../../src/simulator/time/seeded-random.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects as stored
type Json = any;

/** Everything placement depends on, and the pods to be placed in their order. */
export interface Cluster {
  readonly nodes: KubeObject[];
  readonly pods: KubeObject[];
  readonly claims: KubeObject[];
  readonly volumes: KubeObject[];
  readonly classes: KubeObject[];
  readonly namespaces: KubeObject[];
  readonly budgets: KubeObject[];
}

export const HOST = 'kubernetes.io/hostname';
const KEYS = ['zone', HOST, 'rack'];
const ZONES = ['a', 'b', 'c'];
const APPS = ['db', 'web', 'job'];

/** A small cluster drawn from a seed: every kind of constraint, often several in one pod. */
export function drawCluster(seed: number): Cluster {
  return new Draw(seed).cluster();
}

class Draw {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  cluster(): Cluster {
    const nodes = this.#times(this.#random.int(3, 7), (i) => this.#node(i));
    const claims = this.#times(8, (i) => this.#claim(i));
    const volumes = [
      ...this.#times(4, (i) => this.#volume(`static-${i}`, undefined)),
      ...claims
        .filter((claim) => claim.spec.volumeName !== undefined)
        .map((claim) => this.#volume(claim.spec.volumeName, { namespace: 'x', name: claim.metadata.name })),
    ];
    return {
      nodes,
      claims,
      volumes: volumes.filter(() => !this.#chance(0.05)),
      classes: this.#classes(),
      namespaces: ['x', 'y'].map(
        (name) => ({ kind: 'Namespace', metadata: { name, labels: { team: name } } }) as never,
      ),
      budgets: this.#times(2, (i) => this.#budget(i)),
      pods: this.#times(this.#random.int(12, 24), (i) => this.#pod(i)),
    };
  }

  #times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }

  #chance(p: number): boolean {
    return this.#random.float() < p;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.int(0, list.length - 1)]!;
  }

  #node(i: number): KubeObject {
    const labels: Json = { [HOST]: `n${i}`, rank: String(i) };
    if (!this.#chance(0.15)) labels.zone = this.#pick(ZONES);
    if (this.#chance(0.6)) labels.rack = this.#pick(['r1', 'r2']);
    const taints: Json[] = [];
    if (this.#chance(0.25))
      taints.push({ key: 'only', value: this.#pick(['db', 'web']), effect: this.#pick(['NoSchedule', 'NoExecute']) });
    if (this.#chance(0.15)) taints.push({ key: 'rather', value: 'no', effect: 'PreferNoSchedule' });
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `n${i}`, labels },
      spec: { taints, ...(this.#chance(0.08) ? { unschedulable: true } : {}) },
      status: {
        allocatable: {
          cpu: String(this.#random.int(1, 4)),
          memory: `${this.#random.int(1, 4)}Gi`,
          pods: String(this.#random.int(3, 8)),
        },
      },
    } as never;
  }

  #classes(): KubeObject[] {
    const late = { volumeBindingMode: 'WaitForFirstConsumer' };
    const topology = [{ matchLabelExpressions: [{ key: 'zone', values: [this.#pick(ZONES), this.#pick(ZONES)] }] }];
    const named = (name: string, rest: object): KubeObject =>
      ({ kind: 'StorageClass', metadata: { name }, provisioner: 'x/y', ...rest }) as never;
    return [
      named('now', { volumeBindingMode: 'Immediate' }),
      named('late', late),
      named('zonal', { ...late, allowedTopologies: topology }),
      named('static', { ...late, provisioner: 'kubernetes.io/no-provisioner' }),
    ];
  }

  #claim(i: number): KubeObject {
    const bound = this.#chance(0.4);
    return {
      kind: 'PersistentVolumeClaim',
      metadata: {
        namespace: 'x',
        name: `claim-${i}`,
        annotations: bound ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {},
      },
      spec: {
        storageClassName: this.#pick(['late', 'zonal', 'static', 'static', 'now']),
        accessModes: [this.#pick(['ReadWriteOnce', 'ReadWriteOncePod'])],
        resources: { requests: { storage: `${this.#random.int(1, 3)}Gi` } },
        ...(bound ? { volumeName: `pv-${i}` } : {}),
      },
      status: { phase: bound ? 'Bound' : 'Pending' },
    } as never;
  }

  #volume(name: string, claimRef: object | undefined): KubeObject {
    const zones = [this.#pick(ZONES), this.#pick(ZONES)];
    const terms = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: zones }] }];
    return {
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        storageClassName: 'static',
        accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'],
        capacity: { storage: `${this.#random.int(1, 3)}Gi` },
        ...(claimRef === undefined ? {} : { claimRef }),
        ...(this.#chance(0.7) ? { nodeAffinity: { required: { nodeSelectorTerms: terms } } } : {}),
      },
      status: { phase: claimRef === undefined ? 'Available' : 'Bound' },
    } as never;
  }

  #budget(i: number): KubeObject {
    return {
      kind: 'PodDisruptionBudget',
      metadata: { namespace: 'x', name: `budget-${i}` },
      spec: { selector: { matchLabels: { app: APPS[i] } } },
      status: { disruptionsAllowed: this.#random.int(0, 2) },
    } as never;
  }

  #selector(): Json {
    if (this.#chance(0.05)) return {};
    if (this.#chance(0.25)) {
      const operator = this.#pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
      const values = operator.endsWith('In') ? { values: [this.#pick(APPS)] } : {};
      return { matchExpressions: [{ key: this.#pick(['app', 'tier']), operator, ...values }] };
    }
    return { matchLabels: { app: this.#pick(APPS) } };
  }

  #term(): Json {
    const term: Json = { topologyKey: this.#pick(KEYS), labelSelector: this.#selector() };
    if (this.#chance(0.2)) term.namespaces = [this.#pick(['x', 'y'])];
    if (this.#chance(0.2))
      term.namespaceSelector = this.#chance(0.5) ? {} : { matchLabels: { team: this.#pick(['x', 'y']) } };
    if (this.#chance(0.2)) term.matchLabelKeys = ['rev'];
    else if (this.#chance(0.1)) term.mismatchLabelKeys = ['rev'];
    return term;
  }

  #spread(): Json {
    const constraint: Json = {
      maxSkew: this.#random.int(1, 2),
      topologyKey: this.#pick(KEYS),
      whenUnsatisfiable: this.#chance(0.8) ? 'DoNotSchedule' : 'ScheduleAnyway',
      labelSelector: this.#selector(),
    };
    if (this.#chance(0.3) && constraint.whenUnsatisfiable === 'DoNotSchedule')
      constraint.minDomains = this.#random.int(1, 4);
    if (this.#chance(0.4)) constraint.nodeAffinityPolicy = this.#pick(['Honor', 'Ignore']);
    if (this.#chance(0.4)) constraint.nodeTaintsPolicy = this.#pick(['Honor', 'Ignore']);
    if (this.#chance(0.3)) constraint.matchLabelKeys = ['rev'];
    return constraint;
  }

  #nodeTerm(): Json {
    const requirement = this.#pick<Json>([
      { key: 'zone', operator: 'In', values: [this.#pick(ZONES), this.#pick(ZONES)] },
      { key: 'zone', operator: 'NotIn', values: [this.#pick(ZONES)] },
      { key: 'rack', operator: 'Exists' },
      { key: 'rack', operator: 'DoesNotExist' },
      { key: 'rank', operator: this.#pick(['Gt', 'Lt']), values: [String(this.#random.int(0, 4))] },
    ]);
    return this.#chance(0.15)
      ? { matchFields: [{ key: 'metadata.name', operator: 'In', values: [`n${this.#random.int(0, 5)}`] }] }
      : { matchExpressions: [requirement] };
  }

  #affinity(): Json {
    const required = (term: Json): Json => ({ requiredDuringSchedulingIgnoredDuringExecution: term });
    const affinity: Json = {};
    if (this.#chance(0.25))
      affinity.nodeAffinity = required({
        nodeSelectorTerms: this.#times(this.#random.int(1, 2), () => this.#nodeTerm()),
      });
    if (this.#chance(0.2)) affinity.podAffinity = required(this.#times(this.#random.int(1, 2), () => this.#term()));
    if (this.#chance(0.35)) affinity.podAntiAffinity = required([this.#term()]);
    else if (this.#chance(0.2))
      affinity.podAntiAffinity = {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: this.#term() }],
      };
    return affinity;
  }

  #pod(i: number): KubeObject {
    const namespace = this.#chance(0.8) ? 'x' : 'y';
    const spec: Json = {
      schedulerName: 'default-scheduler',
      priority: this.#pick([0, 0, 0, 5, 10]),
      containers: [this.#container()],
      affinity: this.#affinity(),
    };
    if (this.#chance(0.35)) spec.topologySpreadConstraints = this.#times(this.#random.int(1, 2), () => this.#spread());
    if (this.#chance(0.4))
      spec.tolerations = [{ key: 'only', ...(this.#chance(0.5) ? { operator: 'Exists' } : { value: 'db' }) }];
    if (this.#chance(0.1)) spec.nodeSelector = { zone: this.#pick(ZONES) };
    if (this.#chance(0.1)) spec.preemptionPolicy = 'Never';
    if (namespace === 'x' && this.#chance(0.3))
      spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: `claim-${this.#random.int(0, 8)}` } }];
    const labels: Json = { app: this.#pick(APPS), rev: this.#pick(['1', '2']) };
    if (this.#chance(0.5)) labels.tier = this.#pick(['front', 'back']);
    const created = new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString().replace('.000', '');
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name: `p${i}`, uid: `uid-${i}`, labels, creationTimestamp: created },
      spec,
    } as never;
  }

  #container(): Json {
    const requests = { cpu: `${this.#random.int(0, 12) * 100}m`, memory: `${this.#random.int(0, 10) * 100}Mi` };
    const port = {
      containerPort: 80,
      hostPort: this.#pick([80, 81]),
      ...(this.#chance(0.5) ? { hostIP: this.#pick(['10.0.0.1', '10.0.0.2']) } : {}),
    };
    return {
      name: 'c',
      image: 'i',
      ...(this.#chance(0.8) ? { resources: { requests } } : {}),
      ...(this.#chance(0.2) ? { ports: [port] } : {}),
    };
  }
}

/** The pod as the API server stores it: `matchLabelKeys` are requirements of the selectors by then. */
export function stored(pod: KubeObject): KubeObject {
  const draft = structuredClone(pod);
  podCreate.prepare?.(draft as never, { gates: {} } as never);
  return draft;
}
