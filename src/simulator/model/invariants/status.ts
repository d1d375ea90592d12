import { GENERATION, MIN_READY_SECONDS, RECENT_SECONDS, revisionNameOf } from '../objects.ts';
import { isReadyLongEnough } from '../view.ts';
import type { PodState } from '../world.ts';
import { isReady } from '../world.ts';
import type { Invariant } from './invariant.ts';

/** S12: each counter is the number of claimed pods it stands for (1.2). */
export const statusCounts: Invariant = {
  id: 'S12',
  name: 'status-counts',
  check({ setting, world, pods, pass: { counted } }) {
    const count = (test: (pod: PodState) => boolean) => pods.filter(test).length;
    const runs = (pod: PodState) => pod.phase === 'Running' && isReady(pod);
    const wrong = (name: keyof typeof counted, value: number) =>
      counted[name] === value ? null : `${name} is ${counted[name]}, not ${value}`;
    return (
      wrong('observedGeneration', GENERATION) ??
      wrong('replicas', pods.length) ??
      wrong('readyReplicas', count(runs)) ??
      wrong(
        'availableReplicas',
        count((pod) => runs(pod) && isReadyLongEnough(setting, pod)),
      ) ??
      wrong(
        'currentReplicas',
        count((pod) => !pod.terminating && pod.revision === world.current),
      ) ??
      wrong(
        'updatedReplicas',
        count((pod) => !pod.terminating && pod.revision === 'B'),
      ) ??
      true
    );
  },
};

/** S12: what is written passes the API's validation: nothing negative, parts no greater than the whole. */
export const statusBounds: Invariant = {
  id: 'S12',
  name: 'status-bounds',
  check({ pass: { status } }) {
    const { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas } = status;
    const parts = { readyReplicas, availableReplicas, currentReplicas, updatedReplicas };
    for (const [name, value] of Object.entries(parts)) {
      if (value < 0) return `${name} is ${value}`;
      if (value > replicas) return `${name} is ${value} of ${replicas} replicas`;
    }
    return availableReplicas <= readyReplicas ? true : `${availableReplicas} available of ${readyReplicas} ready`;
  },
};

/** S12: currentRevision moves to the update revision exactly when all replicas are updated and ready; never by OnDelete. */
export const completion: Invariant = {
  id: 'S12',
  name: 'completion',
  check(view) {
    const { setting, world, pods } = view;
    if (world.current === 'B') return null;
    const { status } = view.pass;
    const done =
      setting.strategy === 'RollingUpdate' &&
      pods.length === setting.replicas &&
      pods.every((pod) => pod.revision === 'B' && !pod.terminating && pod.phase === 'Running' && isReady(pod));
    const moved = status.currentRevision === revisionNameOf('B');
    if (moved !== done) return moved ? 'completes too early' : 'never completes';
    return status.updateRevision === revisionNameOf('B') ? true : 'loses the update revision';
  },
};

/** L1: a ready pod that is not yet available brings the set back in time, without any event. */
export const timedReturn: Invariant = {
  id: 'L1',
  name: 'timed-return',
  check(view) {
    const waits = view.pods.some(
      (pod) => pod.phase === 'Running' && isReady(pod) && !isReadyLongEnough(view.setting, pod),
    );
    const { requeueAfterMs } = view.pass;
    if (!waits) return requeueAfterMs === null ? null : 'comes back for nothing';
    return requeueAfterMs === (MIN_READY_SECONDS - RECENT_SECONDS) * 1000
      ? true
      : `comes back after ${requeueAfterMs} ms`;
  },
};
