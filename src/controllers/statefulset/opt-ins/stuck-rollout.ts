import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { parseTime } from '../../../base/time.ts';
import type { Pod } from '../../framework/objects.ts';
import { isPodReady, isTerminating, podCondition } from '../../framework/pods.ts';
import type { Observed, Slot } from '../plan.ts';
import { REVISION_LABEL } from '../types.ts';

/**
 * `perdure.dev/stuck-rollout: replace-never-ready`: the way out of kubernetes issue 67250, where an ordered set waits for
 * ever for a member that cannot become ready, and so never gets to replace it.
 */

/**
 * True when the pod itself proves that it has never been Ready: it has no Ready condition yet, or the condition is not
 * True and dates from the agent's first status, as its start time does. One that was Ready and is so no longer has a
 * later transition; where agent and clock are too coarse for that, `lostReadiness` knows what the controller has seen.
 */
export function isNeverReady(pod: Pod, lostReadiness: (pod: Pod) => boolean): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready === undefined) return true;
  if (isPodReady(pod) || lostReadiness(pod)) return false;
  const { startTime } = pod.status as { readonly startTime?: string };
  // Agents stamp the start right after the conditions. Much earlier is a clock that went back; a missing time proves nothing.
  const stampedBefore = parseTime(startTime) - parseTime(ready.lastTransitionTime);
  return stampedBefore >= 0 && stampedBefore <= 1000;
}

/** Whether the rollout may replace this member without taking anything from the set that it ever had. */
export function isReplaceable(observed: Observed, slot: Slot, index: number): boolean {
  const { set, update, lostReadiness = () => false } = observed;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (!optInsOf(set).replaceNeverReady || type === 'OnDelete' || index < (rollingUpdate?.partition ?? 0)) return false;
  const { pod, exists } = slot;
  const phase = pod.status?.phase;
  return (
    exists &&
    !isTerminating(pod) &&
    (phase === 'Pending' || phase === 'Running') &&
    pod.metadata.labels?.[REVISION_LABEL] !== update.name &&
    isNeverReady(pod, lostReadiness)
  );
}

/**
 * The member to replace when an ordered pass waits at index `stopAt`: none unless that one is replaceable itself, then
 * the highest that is, one at a time.
 */
export function stuckMember(observed: Observed, slots: readonly Slot[], stopAt: number): Pod | undefined {
  const blocker = slots[stopAt];
  if (blocker === undefined || !isReplaceable(observed, blocker, stopAt)) return undefined;
  if (slots.some(({ pod, exists }) => exists && isTerminating(pod))) return undefined;
  return slots.findLast((slot, index) => isReplaceable(observed, slot, index))?.pod;
}
