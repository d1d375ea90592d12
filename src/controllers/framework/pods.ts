import { parseTime } from '../../base/time.ts';
import type { Condition, Pod } from './objects.ts';

export function podCondition(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Condition Ready is True, whatever the phase. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Phase Succeeded or Failed. */
export function isFinished(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Ready for at least `minReadySeconds` (inclusive), as upstream's IsPodAvailable. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  if (typeof ready.lastTransitionTime !== 'string') return false;
  return parseTime(ready.lastTransitionTime) + minReadySeconds * 1000 <= now;
}

/** Milliseconds until a Ready pod becomes available; null when nothing is to be waited for. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: number): number | null {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True' || typeof ready.lastTransitionTime !== 'string') return null;
  const remaining = parseTime(ready.lastTransitionTime) + minReadySeconds * 1000 - now;
  return remaining > 0 ? remaining : null;
}
