import type { Timer } from '../../base/clock.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { LEASES, NODES, PODS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { Node, Pod, Taint } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { podCondition } from '../framework/pods.ts';
import {
  evictionRate,
  evictionTaint,
  executeTaints,
  readyStatus,
  scheduleTaints,
  unknownConditions,
  zoneState,
} from './health.ts';
import { missingMarks, ttlStep } from './marks.ts';

const MONITOR_MS = 5_000;
const GRACE_MS = 50_000;
const STARTUP_GRACE_MS = 60_000;
const BY_NODE = 'node';
/** Nodes looked at side by side: some, and more where there are many, because they all become ready at the start. */
const WORKERS = 4;
const NODES_A_WORKER = 16;

export interface NodeLifecycleOptions extends ControllerOptions {
  /** How long a node may be silent; default 50 s (--node-monitor-grace-period). */
  readonly graceMs?: number;
}

/** Notices nodes that fell silent, taints by condition, and tells their pods (node.md 9.2). */
export function createNodeLifecycleController(options: NodeLifecycleOptions): Controller {
  return new NodeLifecycle(options);
}

class NodeLifecycle implements Controller {
  readonly name = 'node-lifecycle';
  readonly #o: NodeLifecycleOptions;
  readonly #client: Client;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #leases: Informer;
  readonly #recorder: EventRecorder;
  readonly #reconciler: Reconciler;
  /** When each node last gave a sign of life, by the monotonic clock of this process. */
  readonly #heard = new Map<string, { at: number; first: boolean }>();
  /** When each zone may taint its next node. */
  readonly #nextEviction = new Map<string, number>();
  #ttlStep = 0;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(options: NodeLifecycleOptions) {
    this.#o = options;
    this.#client = options.client;
    this.#nodes = options.informers.informer<Node>(NODES);
    this.#pods = options.informers.informer<Pod>(PODS);
    this.#leases = options.informers.informer(LEASES);
    this.#pods.addIndex(BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
    this.#recorder = options.events.recorder({ component: 'node-controller' });
    this.#reconciler = new Reconciler({
      name: this.name,
      clock: options.clock,
      workers: () => Math.max(WORKERS, Math.floor(this.#nodes.size / NODES_A_WORKER)),
      informers: [this.#nodes, this.#pods, this.#leases],
      hooks: options.hooks,
      reconcile: async (name) => {
        await this.#reconcile(name);
        return undefined;
      },
    });
    this.#listen();
  }

  async start(): Promise<void> {
    await this.#reconciler.start();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#reconciler.stop();
  }

  #listen(): void {
    const { queue } = this.#reconciler;
    this.#nodes.on({
      add: (node) => {
        const name = node.metadata.name ?? '';
        this.#hear(name, true);
        this.#recorder.event(
          node,
          'Normal',
          'RegisteredNode',
          `Node ${name} event: Registered Node ${name} in Controller`,
        );
        this.#counted();
        queue.add(name);
      },
      update: (node, previous) => {
        if (reported(node, previous)) this.#hear(node.metadata.name ?? '', false);
        queue.add(node.metadata.name ?? '');
      },
      delete: (node) => {
        this.#heard.delete(node.metadata.name ?? '');
        this.#counted();
      },
    });
    const renewed = (lease: KubeObject) => {
      if (lease.metadata.namespace === 'kube-node-lease') this.#hear(lease.metadata.name ?? '', false);
    };
    this.#leases.on({ add: renewed, update: renewed });
  }

  /** All nodes are looked at again when the cluster has reached another size. */
  #counted(): void {
    const nodes = this.#nodes.list();
    const step = ttlStep(this.#ttlStep, nodes.length);
    if (step === this.#ttlStep) return;
    this.#ttlStep = step;
    for (const node of nodes) this.#reconciler.queue.add(node.metadata.name ?? '');
  }

  #hear(name: string, first: boolean): void {
    this.#heard.set(name, { at: this.#o.clock.monotonic(), first });
  }

  #schedule(): void {
    this.#timer = this.#o.clock.setTimer(MONITOR_MS, () => {
      if (this.#stopped) return;
      for (const node of this.#nodes.list()) {
        if (this.#isSilent(node) || evictionTaint(node) !== null) this.#reconciler.queue.add(node.metadata.name ?? '');
      }
      this.#schedule();
    });
  }

  #isSilent(node: Node): boolean {
    const heard = this.#heard.get(node.metadata.name ?? '');
    if (heard === undefined) return false;
    const { clock, graceMs = GRACE_MS } = this.#o;
    return clock.monotonic() - heard.at > (heard.first ? STARTUP_GRACE_MS : graceMs);
  }

  async #reconcile(name: string): Promise<void> {
    let node = this.#nodes.get(undefined, name);
    if (node === undefined || node.metadata.deletionTimestamp !== undefined) return;
    const marks = missingMarks(node, this.#ttlStep);
    if (marks !== null) node = await this.#client.patch<Node>(NODES, name, 'merge', marks);
    const now = rfc3339(this.#o.clock.now());
    const wasReady = readyStatus(node) === 'True';
    const conditions = this.#isSilent(node) ? unknownConditions(node, now) : null;
    if (conditions !== null) {
      node = await this.#client.update<Node>(NODES, { ...node, status: { ...node.status, conditions } }, 'status');
      if (wasReady) this.#recorder.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    }
    if (readyStatus(node) !== 'True' && readyStatus(node) !== undefined) await this.#markPodsNotReady(name, now);
    const schedule = scheduleTaints(node);
    if (schedule !== null) node = await this.#setTaints(node, schedule);
    const wanted = this.#wantedEviction(node);
    if (wanted === undefined) return;
    const execute = executeTaints(node, wanted, now);
    if (execute !== null) await this.#setTaints(node, execute);
  }

  /** The NoExecute taint due now; undefined while the zone's rate holds it back. */
  #wantedEviction(node: Node): string | null | undefined {
    const key = evictionTaint(node);
    if (key === null) return null;
    const zones = this.#zones();
    if ([...zones.values()].every(({ ready, notReady }) => zoneState(ready, notReady) === 'full')) return null;
    const tainted = (node.spec.taints ?? []).some(
      (taint) => taint.effect === 'NoExecute' && taint.key !== key && /\/(not-ready|unreachable)$/.test(taint.key),
    );
    if (tainted || executeTaints(node, key, '') === null) return key;
    const zone = zoneOf(node);
    const { ready, notReady } = zones.get(zone) ?? { ready: 0, notReady: 0 };
    const rate = evictionRate(zoneState(ready, notReady), ready + notReady);
    const now = this.#o.clock.monotonic();
    if (rate === 0 || now < (this.#nextEviction.get(zone) ?? 0)) return undefined;
    this.#nextEviction.set(zone, now + 1000 / rate);
    return key;
  }

  #zones(): Map<string, { ready: number; notReady: number }> {
    const zones = new Map<string, { ready: number; notReady: number }>();
    for (const node of this.#nodes.list()) {
      const zone = zones.get(zoneOf(node)) ?? { ready: 0, notReady: 0 };
      if (readyStatus(node) === 'True') zone.ready++;
      else zone.notReady++;
      zones.set(zoneOf(node), zone);
    }
    return zones;
  }

  async #setTaints(node: Node, taints: readonly Taint[]): Promise<Node> {
    return this.#client.update<Node>(NODES, { ...node, spec: { ...node.spec, taints } });
  }

  /** Other fields of the pods stay as the node last said. */
  async #markPodsNotReady(nodeName: string, now: string): Promise<void> {
    for (const pod of this.#pods.byIndex(BY_NODE, nodeName)) {
      if (podCondition(pod, 'Ready')?.status !== 'True') continue;
      const conditions = (pod.status?.conditions ?? []).map((condition) =>
        condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: now } : condition,
      );
      const target = { ...PODS, namespace: pod.metadata.namespace! };
      try {
        await this.#client.update<Pod>(target, { ...pod, status: { ...pod.status, conditions } }, 'status');
        this.#recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  }
}

/** The node itself wrote its status: only we write Unknown. */
function reported(node: Node, previous: Node): boolean {
  const status = readyStatus(node);
  return heartbeat(node) !== heartbeat(previous) || (status !== readyStatus(previous) && status !== 'Unknown');
}

function heartbeat(node: Node): string | undefined | null {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
}

function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}
