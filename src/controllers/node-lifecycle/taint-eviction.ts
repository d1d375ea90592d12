import type { Timer } from '../../base/clock.ts';
import { rfc3339 } from '../../base/time.ts';
import { keyOf } from '../../client/meta.ts';
import { NODES, PODS } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { Node, Pod, Taint } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { isTerminating, podCondition } from '../framework/pods.ts';
import { toleratedMs } from './tolerations.ts';

const BY_NODE = 'node';
const WORKERS = 8;
/** Timers may fire a little early by the monotonic clock: what is left then is nothing. */
const MOMENT_MS = 1;

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer (node.md 9.2). */
export function createTaintEvictionController({
  client,
  informers,
  clock,
  events,
  hooks,
}: ControllerOptions): Controller {
  const pods = informers.informer<Pod>(PODS);
  const nodes = informers.informer<Node>(NODES);
  pods.addIndex(BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  const recorder = events.recorder({ component: 'taint-eviction-controller' });
  const pending = new Map<string, { readonly uid: string; readonly timer: Timer }>();

  async function evict(key: string): Promise<undefined> {
    const pod = pods.byKey(key);
    if (pod === undefined || isTerminating(pod)) return undefined;
    if (remainingMs(pod) !== 0) {
      // The node may be well again, or have other taints.
      consider(pod);
      return undefined;
    }
    const target = { ...PODS, namespace: pod.metadata.namespace! };
    recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
    try {
      if (podCondition(pod, 'DisruptionTarget')?.status !== 'True') {
        const condition = {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
          lastTransitionTime: rfc3339(clock.now()),
        };
        await client.patch(
          target,
          pod.metadata.name ?? '',
          'strategic',
          { status: { conditions: [condition] } },
          'status',
        );
      }
      await client.delete(
        target,
        pod.metadata.name ?? '',
        pod.metadata.uid === undefined ? {} : { preconditions: { uid: pod.metadata.uid } },
      );
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    return undefined;
  }

  const since = new Map<string, number>();
  const taintsOf = (pod: Pod): readonly Taint[] =>
    (nodes.get(undefined, pod.spec.nodeName ?? '')?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

  function remainingMs(pod: Pod): number {
    const taints = taintsOf(pod);
    if (taints.length === 0) return Number.POSITIVE_INFINITY;
    const first = since.get(keyOf(pod)) ?? clock.monotonic();
    const left = toleratedMs(pod, taints) - (clock.monotonic() - first);
    return left < MOMENT_MS ? 0 : left;
  }

  function cancel(key: string, pod: Pod | null): void {
    since.delete(key);
    const waiting = pending.get(key);
    if (waiting === undefined) return;
    waiting.timer.cancel();
    pending.delete(key);
    if (pod !== null) recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  function consider(pod: Pod): void {
    const key = keyOf(pod);
    if (isTerminating(pod)) return;
    if (taintsOf(pod).length === 0) {
      cancel(key, pod);
      return;
    }
    if (!since.has(key)) since.set(key, clock.monotonic());
    const wait = remainingMs(pod);
    if (wait === 0) reconciler.queue.add(key);
    else if (Number.isFinite(wait) && pending.get(key)?.uid !== pod.metadata.uid) {
      pending.get(key)?.timer.cancel();
      const timer = clock.setTimer(wait, () => {
        pending.delete(key);
        reconciler.queue.add(key);
      });
      pending.set(key, { uid: pod.metadata.uid ?? '', timer });
    }
  }

  const reconciler = new Reconciler({
    name: 'taint-eviction',
    clock,
    workers: WORKERS,
    informers: [pods, nodes],
    reconcile: evict,
    hooks,
  });
  const considerAll = (node: Node) => pods.byIndex(BY_NODE, node.metadata.name ?? '').forEach(consider);
  nodes.on({
    add: considerAll,
    update: (node, previous) => (node.spec.taints === previous.spec.taints ? undefined : considerAll(node)),
  });
  pods.on({
    add: (pod) => pod.spec.nodeName !== undefined && consider(pod),
    update: (pod, previous) => {
      if (pod.spec.nodeName !== previous.spec.nodeName || pod.spec.tolerations !== previous.spec.tolerations)
        consider(pod);
    },
    delete: (pod) => cancel(keyOf(pod), null),
  });
  return reconciler;
}
