import type { InformerFactory } from '../client/informer-factory.ts';
import { keyOf } from '../client/meta.ts';
import {
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import type { KubeObject } from '../schema/object.ts';
import type { SchedulerCache } from './cache.ts';
import { isFinished, podInfo } from './pod-info.ts';
import type { SchedulingQueue } from './queue.ts';
import type { VolumeBinder } from './volumes/bind.ts';

const BY_ROOM = new Set([
  'NodeResourcesFit',
  'NodePorts',
  'VolumeRestrictions',
  'PodTopologySpread',
  'InterPodAffinity',
]);
const BY_PODS = new Set(['PodTopologySpread', 'InterPodAffinity']);
const BY_VOLUMES = new Set(['VolumeBinding', 'VolumeRestrictions']);
const BY_NAMESPACES = new Set(['InterPodAffinity']);

/** What the scheduler keeps current from what it hears. */
export interface Heard {
  readonly informers: InformerFactory;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly volumes: VolumeBinder;
  /** Whether this scheduler is asked to place the pod. */
  readonly mine: (pod: KubeObject) => boolean;
}

/** A change of a node that could let a refused pod fit; heartbeats and condition times could not. */
function nodeMatters(node: KubeObject, previous: KubeObject): boolean {
  return (
    node.spec !== previous.spec ||
    node.metadata.labels !== previous.metadata.labels ||
    node.status?.allocatable !== previous.status?.allocatable
  );
}

const gated = (pod: KubeObject): boolean => (pod.spec.schedulingGates ?? []).length > 0;

function podHandlers({ cache, queue, volumes, mine }: Heard) {
  const waiting = (pod: KubeObject): boolean => mine(pod) && !gated(pod) && !isFinished(pod);
  const placed = (pod: KubeObject): void => {
    queue.remove(keyOf(pod));
    cache.setPod(pod);
  };
  return {
    add(pod: KubeObject): void {
      if (pod.spec.nodeName) {
        placed(pod);
        queue.event(BY_PODS);
      } else if (waiting(pod)) queue.add(podInfo(pod), false);
    },
    update(pod: KubeObject, previous: KubeObject): void {
      if (pod.spec.nodeName) {
        placed(pod);
        const left = isFinished(pod) && !isFinished(previous);
        const resized = previous.spec.nodeName && pod.spec.containers !== previous.spec.containers;
        if (left || resized) queue.event(BY_ROOM);
        else if (!previous.spec.nodeName || pod.metadata.labels !== previous.metadata.labels) queue.event(BY_PODS);
      } else if (!waiting(pod)) queue.remove(keyOf(pod));
      else if (!cache.isAssumed(keyOf(pod))) {
        const changed = pod.spec !== previous.spec || pod.metadata.labels !== previous.metadata.labels;
        queue.add(podInfo(pod), changed);
      }
    },
    delete(pod: KubeObject): void {
      const key = keyOf(pod);
      queue.remove(key);
      cache.removePod(key);
      volumes.podGone(pod.metadata.uid ?? '');
      if (pod.spec.nodeName) queue.event(BY_ROOM);
    },
  };
}

/** Listens to everything placement depends on. Returns the function that stops listening. */
export function listen(heard: Heard): () => void {
  const { informers, cache, queue, volumes } = heard;
  const volumesChanged = (): void => queue.event(BY_VOLUMES);
  const claimChanged = (claim: KubeObject): void => {
    volumes.claimChanged(claim);
    queue.event(BY_VOLUMES);
  };
  const volumeChanged = (volume: KubeObject): void => {
    volumes.volumeChanged(volume);
    queue.event(BY_VOLUMES);
  };
  const namespacesChanged = (): void => queue.event(BY_NAMESPACES);
  const stops = [
    informers.informer(NODES).on({
      add(node) {
        cache.setNode(node);
        queue.event(null);
      },
      update(node, previous) {
        cache.setNode(node);
        if (nodeMatters(node, previous)) queue.event(null);
      },
      delete: (node) => cache.removeNode(node.metadata.name ?? ''),
    }),
    informers.informer(PERSISTENT_VOLUME_CLAIMS).on({ add: claimChanged, update: claimChanged, delete: claimChanged }),
    informers.informer(PERSISTENT_VOLUMES).on({ add: volumeChanged, update: volumeChanged }),
    informers.informer(STORAGE_CLASSES).on({ add: volumesChanged, update: volumesChanged }),
    informers.informer(NAMESPACES).on({ add: namespacesChanged, update: namespacesChanged }),
    informers.informer(PODS).on(podHandlers(heard)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
