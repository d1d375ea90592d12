import { removedPod } from './effects.ts';
import { claimState, isReady, type PodState, podState, type Setting, type Slot, slot } from './world.ts';

/** The next thing the node does with the pod of a slot when nothing goes wrong; null: nothing. */
export function podStep(setting: Setting, found: Slot): Slot | null {
  const { pod, claim } = found;
  if (pod === null) return null;
  if (pod.terminating) return removedPod(found);
  const next = nextState(setting, found, pod);
  return next === null ? null : slot(podState({ ...pod, ...next }), claim);
}

function nextState({ claims, minReadySeconds }: Setting, { claim }: Slot, pod: PodState): Partial<PodState> | null {
  switch (pod.phase) {
    case 'Pending':
      return claims && (claim === null || claim.deleting) ? null : { phase: 'Running', ready: 'no' };
    case 'Running':
      if (!isReady(pod)) return { ready: minReadySeconds > 0 ? 'recent' : 'yes' };
      return pod.ready === 'recent' ? { ready: 'yes' } : null;
    case 'Unknown':
      return { phase: 'Running', ready: 'no' };
    default:
      return null;
  }
}

/** What the garbage collector and pvc-protection do with the claim of a slot; null: nothing. */
export function claimStep({ pod, claim }: Slot): Slot | null {
  if (claim === null) return null;
  // A pod that is not placed yet does not protect its claim.
  const used = pod !== null && pod.phase !== 'Pending';
  if (claim.deleting) return used ? null : slot(pod, null);
  const solid = claim.refs.filter((ref) => ref !== 'old-pod' && ref !== 'old-set');
  if (solid.length === claim.refs.length) return null;
  if (solid.length > 0) return slot(pod, claimState(solid));
  return used ? slot(pod, claimState(claim.refs, true)) : slot(pod, null);
}
