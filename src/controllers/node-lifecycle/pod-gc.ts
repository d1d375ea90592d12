import type { Timer } from '../../base/clock.ts';
import { parseTime, rfc3339 } from '../../base/time.ts';
import { keyOf } from '../../client/meta.ts';
import { NODES, PODS } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { Node, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { isFinished, isTerminating } from '../framework/pods.ts';
import { OUT_OF_SERVICE, readyStatus } from './health.ts';

const LOOP_MS = 20_000;
const QUARANTINE_MS = 40_000;
const FINISHED_LIMIT = 12_500;
const BY_NODE = 'node';

/**
 * Removes pods nobody else will: of nodes that are gone or out of service, unscheduled terminating ones, and finished ones
 * beyond `finishedLimit`, evicted ones and old ones first (node.md 9.3).
 */
export function createPodGarbageCollector(
  { client, informers, clock, hooks }: ControllerOptions,
  finishedLimit = FINISHED_LIMIT,
): Controller {
  const pods = informers.informer<Pod>(PODS);
  const nodes = informers.informer<Node>(NODES);
  pods.addIndex(BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  /** Nodes named by pods and missing, since when. */
  const missing = new Map<string, number>();
  let timer: Timer | null = null;

  async function fail(pod: Pod, orphaned: boolean): Promise<void> {
    const target = { ...PODS, namespace: pod.metadata.namespace! };
    const name = pod.metadata.name ?? '';
    try {
      if (!isFinished(pod)) {
        const condition = {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
          lastTransitionTime: rfc3339(clock.now()),
        };
        const status = { phase: 'Failed', ...(orphaned ? { conditions: [condition] } : {}) };
        await client.patch(target, name, 'strategic', { status }, 'status');
      }
      await client.delete(target, name, {
        gracePeriodSeconds: 0,
        ...(pod.metadata.uid === undefined ? {} : { preconditions: { uid: pod.metadata.uid } }),
      });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  async function reconcile(key: string): Promise<undefined> {
    const pod = pods.byKey(key);
    if (pod === undefined) return undefined;
    const nodeName = pod.spec.nodeName ?? '';
    if (nodeName === '') {
      if (isTerminating(pod)) await fail(pod, false);
      return undefined;
    }
    if (nodes.get(undefined, nodeName) === undefined) {
      try {
        await client.get(NODES, nodeName);
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
        await fail(pod, true);
      }
    } else if (isTerminating(pod) || isFinished(pod)) {
      await fail(pod, false);
    }
    return undefined;
  }

  /** The only controller that looks at everything, and every 20 s: what it waits for are things that do not happen. */
  function sweep(): void {
    const now = clock.monotonic();
    const finished: Pod[] = [];
    const absent = new Set<string>();
    for (const pod of pods.list()) {
      const nodeName = pod.spec.nodeName ?? '';
      const node = nodeName === '' ? undefined : nodes.get(undefined, nodeName);
      if (nodeName !== '' && node === undefined) {
        absent.add(nodeName);
        const since = missing.get(nodeName) ?? now;
        missing.set(nodeName, since);
        if (now - since >= QUARANTINE_MS) reconciler.queue.add(keyOf(pod));
      } else if (isTerminating(pod) && (nodeName === '' || (node !== undefined && isFenced(node)))) {
        reconciler.queue.add(keyOf(pod));
      } else if (isFinished(pod)) {
        finished.push(pod);
      }
    }
    for (const name of missing.keys()) if (!absent.has(name)) missing.delete(name);
    const excess = finished.length - finishedLimit;
    if (excess > 0)
      for (const pod of finished.sort(evictedThenOldest).slice(0, excess)) reconciler.queue.add(keyOf(pod));
    timer = clock.setTimer(LOOP_MS, sweep);
  }

  const reconciler = new Reconciler({ name: 'pod-gc', clock, workers: 4, informers: [pods, nodes], reconcile, hooks });
  return {
    name: reconciler.name,
    async start() {
      await reconciler.start();
      timer = clock.setTimer(LOOP_MS, sweep);
    },
    stop() {
      timer?.cancel();
      reconciler.stop();
    },
  };
}

/** The user says the machine is off: its pods may be given up. */
function isFenced(node: Node): boolean {
  return readyStatus(node) !== 'True' && (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
}

function evictedThenOldest(a: Pod, b: Pod): number {
  const evicted = Number(b.status?.reason === 'Evicted') - Number(a.status?.reason === 'Evicted');
  return evicted || parseTime(a.metadata.creationTimestamp) - parseTime(b.metadata.creationTimestamp);
}
