import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { parseTime } from '../../../base/time.ts';
import type { Pod } from '../../framework/objects.ts';
import { isFinished, isTerminating } from '../../framework/pods.ts';
import type { StatefulSet } from '../types.ts';

/**
 * `perdure.dev/ordinal-backoff`: a member that fails again and again is made anew later each time (kubernetes issue
 * 89067). The failed pod stays until then, for whoever wants to look at it; its own times say when it is due. How many
 * failures came before stands in an annotation of the pod that came after them, so that a restart of the controller
 * forgets nothing but a pod that is just being exchanged.
 */

/** Failures in a row at the ordinal before this pod was made; absent for none. */
export const FAILURES_ANNOTATION = 'perdure.dev/ordinal-failures';

/** Failures at this pod's ordinal, its own included. One that held for twice the longest delay starts the count afresh. */
export function failuresWith(set: StatefulSet, pod: Pod): number {
  const longest = optInsOf(set).ordinalBackoff?.maxMs ?? 0;
  const born = parseTime(pod.metadata.creationTimestamp);
  if (finishedAt(pod) - born >= 2 * longest) return 1;
  const before = Number(pod.metadata.annotations?.[FAILURES_ANNOTATION] ?? 0);
  return (Number.isSafeInteger(before) && before > 0 ? before : 0) + 1;
}

/** How long to leave a finished pod before it is made anew: not at all after a first failure, then twice as long each time. */
export function recreationWaitMs(set: StatefulSet, pod: Pod, now: number): number {
  const range = optInsOf(set).ordinalBackoff;
  if (range === null || !isFinished(pod) || isTerminating(pod)) return 0;
  const failures = failuresWith(set, pod);
  if (failures < 2) return 0;
  const delay = Math.min(range.maxMs, range.initialMs * 2 ** (failures - 2));
  const wait = finishedAt(pod) + delay - now;
  // An end that lies far ahead is a clock gone wrong, and must not hold the member until then.
  return wait > 2 * delay ? 0 : Math.max(0, wait);
}

/** When to look again because a delay is over; null when none runs. */
export function nextRecreationMs(set: StatefulSet, pods: readonly Pod[], now: number): number | null {
  if (optInsOf(set).ordinalBackoff === null) return null;
  const waits = pods.map((pod) => recreationWaitMs(set, pod, now)).filter((wait) => wait > 0);
  return waits.length === 0 ? null : Math.min(...waits);
}

export function withFailures(pod: Pod, failures: number): Pod {
  if (failures === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [FAILURES_ANNOTATION]: String(failures) };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

interface Ended {
  readonly state?: { readonly terminated?: { readonly finishedAt?: string } };
}

/** When the pod finished: its last container's end, else its last transition (a pod evicted before it began), else its birth. */
function finishedAt(pod: Pod): number {
  const { containerStatuses = [], conditions = [] } = (pod.status ?? {}) as {
    readonly containerStatuses?: readonly Ended[];
    readonly conditions?: readonly { readonly lastTransitionTime?: string | null }[];
  };
  const latest = (texts: readonly (string | null | undefined)[]): number =>
    Math.max(...texts.map((text) => parseTime(text)).filter((time) => !Number.isNaN(time)));
  const ends = latest(containerStatuses.map((status) => status.state?.terminated?.finishedAt));
  if (ends > 0) return ends;
  const transitions = latest(conditions.map((condition) => condition.lastTransitionTime));
  return transitions > 0 ? transitions : parseTime(pod.metadata.creationTimestamp);
}

/** Failures at ordinals whose failed pod is gone and whose next one is not made yet, by set. */
export class OrdinalFailures {
  readonly #bySet = new Map<string, Map<string, number>>();

  record(setUid: string, pod: Pod, failures: number): void {
    let byPod = this.#bySet.get(setUid);
    if (byPod === undefined) {
      byPod = new Map();
      this.#bySet.set(setUid, byPod);
    }
    byPod.set(pod.metadata.name ?? '', failures);
  }

  /** Failures at the ordinal of a pod that is to be made. */
  before(setUid: string, podName: string): number {
    return this.#bySet.get(setUid)?.get(podName) ?? 0;
  }

  /** The next pod is made and carries the count. */
  carried(setUid: string, pod: Pod): void {
    this.#bySet.get(setUid)?.delete(pod.metadata.name ?? '');
  }

  forget(setUid: string): void {
    this.#bySet.delete(setUid);
  }
}
