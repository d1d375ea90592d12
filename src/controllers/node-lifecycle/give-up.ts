import { GIVEN_UP, isFencedPod, isGivenUp, promiseOf, SELF_FENCED } from '../../api/shared/self-fencing.ts';
import type { Timer } from '../../base/clock.ts';
import { rfc3339 } from '../../base/time.ts';
import { LEASES, NODES, PODS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, type ReconcileResult, Reconciler } from '../framework/controller.ts';
import type { Node, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { readyStatus } from './health.ts';

/** Beyond the promise of the node, as a part of it: for clocks that do not run alike. */
const MARGIN = 0.25;
/** To look again at a node that is given up and not back yet, or at a cluster without a node that is well. */
const LOOK_AGAIN_MS = 20_000;
const NODE_LEASES = { ...LEASES, namespace: 'kube-node-lease' };
const BY_NODE = 'node';

/**
 * Gives up the members of nodes that promise in their lease to stop them (self-fencing) and have been silent for longer than
 * that: their pods are deleted, so that they run elsewhere. Safe without synchronised clocks and with any number of
 * instances at work: who is first to write to the lease, node or controller, decides. See docs/decisions/0018.
 */
export function createNodeGiveUpController(options: ControllerOptions): Controller {
  const { client, informers, clock, events, hooks } = options;
  const pods = informers.informer<Pod>(PODS);
  const nodes = informers.informer<Node>(NODES);
  const leases = informers.informer(LEASES);
  pods.addIndex(BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  const recorder = events.recorder({ component: 'node-controller' });
  /** By node, the lease that was last heard of, and when its promise is surely kept. */
  const due = new Map<string, { readonly revision: string; readonly at: number; readonly timer: Timer }>();

  function heard(lease: KubeObject): void {
    const { namespace, name = '', resourceVersion = '' } = lease.metadata;
    if (namespace !== NODE_LEASES.namespace) return;
    due.get(name)?.timer.cancel();
    due.delete(name);
    const promise = promiseOf(lease);
    if (isGivenUp(lease)) reconciler.queue.add(name);
    else if (promise !== null) {
      const wait = promise * (1 + MARGIN);
      const timer = clock.setTimer(wait, () => reconciler.queue.add(name));
      due.set(name, { revision: resourceVersion, at: clock.monotonic() + wait, timer });
    }
    if (isTainted(nodes.get(undefined, name))) reconciler.queue.add(name);
  }

  async function reconcile(name: string): Promise<ReconcileResult | undefined> {
    const node = nodes.get(undefined, name);
    if (node === undefined) return undefined;
    // Caches may be behind: the node may have renewed its lease.
    const lease = await current(name);
    if (lease === null) return undefined;
    if (isGivenUp(lease)) return giveUp(node);
    if (isTainted(node)) await taint(node, false);
    const silent = due.get(name);
    if (silent === undefined || silent.revision !== lease.metadata.resourceVersion) return undefined;
    // A timer may fire a fraction of a millisecond early.
    const leftMs = silent.at - clock.monotonic();
    if (leftMs > 0) return { requeueAfterMs: Math.max(1, leftMs) };
    // When none is well it is the control plane that was away.
    if (!nodes.list().some((other) => readyStatus(other) === 'True')) return { requeueAfterMs: LOOK_AGAIN_MS };
    const annotations = { ...lease.metadata.annotations, [GIVEN_UP]: rfc3339(clock.now()) };
    try {
      await client.update(NODE_LEASES, { ...lease, metadata: { ...lease.metadata, annotations } });
    } catch (error) {
      // It was quicker.
      if (isStatus(error, 'Conflict') || isStatus(error, 'NotFound')) return undefined;
      throw error;
    }
    recorder.event(
      node,
      'Warning',
      'NodeGivenUp',
      `Node ${name} is silent and has fenced itself: its members are given up`,
    );
    return giveUp(node);
  }

  async function current(name: string): Promise<KubeObject | null> {
    try {
      return await client.get<KubeObject>(NODE_LEASES, name);
    } catch (error) {
      if (isStatus(error, 'NotFound')) return null;
      throw error;
    }
  }

  async function giveUp(node: Node): Promise<ReconcileResult> {
    if (!isTainted(node)) await taint(node, true);
    const name = node.metadata.name ?? '';
    for (const pod of pods.byIndex(BY_NODE, name)) if (isFencedPod(pod)) await remove(pod, name);
    return { requeueAfterMs: LOOK_AGAIN_MS };
  }

  /**
   * The pod is read before the lease, and deleted only as it was read: were the node back by now, it would start only
   * pods that were written after its return.
   */
  async function remove({ metadata }: Pod, node: string): Promise<void> {
    const target = { ...PODS, namespace: metadata.namespace! };
    try {
      const { metadata: now } = await client.get<Pod>(target, metadata.name ?? '');
      const lease = await current(node);
      if (now.uid !== metadata.uid || lease === null || !isGivenUp(lease)) return;
      const preconditions = { uid: now.uid!, resourceVersion: now.resourceVersion! };
      await client.delete(target, metadata.name ?? '', { gracePeriodSeconds: 0, preconditions });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /** Tells people, the scheduler and the attach controller; what is done rests on the lease alone. */
  async function taint(node: Node, on: boolean): Promise<void> {
    const others = (node.spec.taints ?? []).filter(({ key }) => key !== SELF_FENCED);
    const taints = on
      ? [...others, { key: SELF_FENCED, effect: 'NoSchedule', timeAdded: rfc3339(clock.now()) }]
      : others;
    await client.update<Node>(NODES, { ...node, spec: { ...node.spec, taints } });
  }

  const reconciler = new Reconciler({
    name: 'node-give-up',
    clock,
    workers: 2,
    informers: [pods, nodes, leases],
    reconcile,
    hooks,
  });
  const forget = ({ metadata }: KubeObject): void => {
    if (metadata.namespace !== NODE_LEASES.namespace) return;
    due.get(metadata.name ?? '')?.timer.cancel();
    due.delete(metadata.name ?? '');
  };
  leases.on({ add: heard, update: heard, delete: forget });
  return {
    name: reconciler.name,
    start: () => reconciler.start(),
    stop() {
      for (const { timer } of due.values()) timer.cancel();
      reconciler.stop();
    },
  };
}

const isTainted = (node: Node | undefined): boolean => (node?.spec.taints ?? []).some(({ key }) => key === SELF_FENCED);
