import type { PersistentVolumeClaim, Pod } from '../../framework/objects.ts';
import { isFinished, isPodReady, isTerminating, podCondition } from '../../framework/pods.ts';
import { claimsOfPod, isBackingOff, isRunningAndAvailable, isUnavailable } from '../members.ts';
import { ordinalOf } from '../names.ts';
import type { Observed, Plan, Slot } from '../plan.ts';
import { isClaimStale } from '../retention.ts';
import { isMonotonic, REVISION_LABEL } from '../types.ts';
import { failuresWith } from './ordinal-backoff.ts';

/** Why a set does not get on; `message` begins with the ordinal. */
export interface Blockage {
  readonly reason: string;
  readonly message: string;
}

export interface Members {
  readonly replicas: readonly Slot[];
  readonly condemned: readonly Pod[];
}

/** What a pass that did all it may is waiting for, or null when it waits for nothing. */
export function blockageOf(observed: Observed, members: Members, plan: Plan, now: number): Blockage | null {
  if (isTerminating(observed.set as unknown as Pod)) return null;
  const acts = plan.batches.flat(2).some(({ kind }) => kind === 'create' || kind === 'delete');
  if (acts) return null;
  const index = waitingIndex(observed, members.replicas, now);
  if (index >= 0) return describeSlot(observed, members.replicas[index]!, index, now);
  const highest = members.condemned[0];
  return highest === undefined ? null : describePod(observed, highest);
}

/** Ordered sets wait at their lowest member that is not well; parallel ones, in a rollout, at their highest new one. */
function waitingIndex({ set, update }: Observed, replicas: readonly Slot[], now: number): number {
  const isWell = ({ pod, exists }: Slot) => exists && !isTerminating(pod) && isRunningAndAvailable(set, pod, now);
  const isOld = ({ pod }: Slot) => pod.metadata.labels?.[REVISION_LABEL] !== update.name;
  const lowest = replicas.findIndex((slot) => !isWell(slot));
  if (isMonotonic(set) || set.spec.updateStrategy?.type === 'OnDelete') return lowest;
  const boundary = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (!replicas.slice(boundary).some(isOld)) return lowest;
  const highest = replicas.findLastIndex((slot) => isUnavailable(set, slot.pod, now) && !isOld(slot));
  return highest >= 0 ? highest : lowest;
}

function describeSlot(observed: Observed, slot: Slot, index: number, now: number): Blockage {
  const { set } = observed;
  const { pod, exists } = slot;
  const name = pod.metadata.name ?? '';
  if (!exists) {
    const stale = claimsOfPod(observed, pod).find((claim) => isClaimStale(claim, set, pod));
    const why = stale === undefined ? 'is not made yet' : `waits until claim ${stale.metadata.name} is collected`;
    return blocked('ClaimPending', pod, `pod ${name} ${why}`);
  }
  if (isFinished(pod) && isBackingOff(observed, pod, index, now)) {
    return blocked('OrdinalBackoff', pod, `pod ${name} failed ${failuresWith(set, pod)} times in a row`);
  }
  return describePod(observed, pod);
}

function describePod(observed: Observed, pod: Pod): Blockage {
  const name = pod.metadata.name ?? '';
  if (isTerminating(pod)) return blocked('WaitingForTermination', pod, `pod ${name} is terminating`);
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Pending') return describePending(observed, pod);
  if (phase === 'Running' && isPodReady(pod)) {
    return blocked('PodNotAvailable', pod, `pod ${name} is Ready, but not yet for minReadySeconds`);
  }
  return blocked('PodNotReady', pod, `pod ${name} is ${phase} and not Ready`);
}

function describePending(observed: Observed, pod: Pod): Blockage {
  const name = pod.metadata.name ?? '';
  const claim = claimsOfPod(observed, pod).find(isUnbound);
  const scheduled = podCondition(pod, 'PodScheduled');
  const why = scheduled?.status === 'False' ? (scheduled.message ?? '') : '';
  // A claim that waits for its first consumer is not what an unschedulable pod waits for.
  if (claim !== undefined && (why === '' || /persistentvolumeclaim/i.test(why))) {
    return blocked('ClaimPending', pod, `pod ${name} waits for claim ${claim.metadata.name}, ${claimState(claim)}`);
  }
  if (why !== '') return blocked('PodPending', pod, `pod ${name} is not scheduled: ${why}`);
  const waiting = waitingReason(pod);
  return blocked('PodPending', pod, `pod ${name} is Pending${waiting === '' ? '' : ` (${waiting})`}`);
}

const isUnbound = (claim: PersistentVolumeClaim): boolean =>
  claim.metadata.deletionTimestamp !== undefined || claim.status?.phase !== 'Bound';

const claimState = (claim: PersistentVolumeClaim): string =>
  claim.metadata.deletionTimestamp === undefined
    ? `which is ${claim.status?.phase ?? 'Pending'}`
    : 'which is being deleted';

/** Why the first waiting container waits. Attempts and pauses of pulling alternate, and are one reason here. */
function waitingReason(pod: Pod): string {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod.status ?? {}) as {
    readonly [list: string]: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[];
  };
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const reason = state?.waiting?.reason;
    if (reason !== undefined && reason !== 'PodInitializing')
      return reason === 'ErrImagePull' ? 'ImagePullBackOff' : reason;
  }
  return '';
}

export function blocked(reason: string, pod: Pod, message: string): Blockage {
  return { reason, message: `ordinal ${ordinalOf(pod)}: ${message}` };
}
