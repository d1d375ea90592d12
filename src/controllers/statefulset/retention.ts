import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { controllerReference, type OwnerKind } from '../framework/owners.ts';
import { ordinalOf } from './names.ts';
import { indexOfOrdinal } from './opt-ins/reserved-ordinals.ts';
import { POD, type RetentionChoice, replicasOf, STATEFUL_SET, type StatefulSet } from './types.ts';

/** Owner references of claims under persistentVolumeClaimRetentionPolicy (KEP-1847, statefulset.md 1.5). */
interface Policy {
  readonly whenDeleted: RetentionChoice;
  readonly whenScaled: RetentionChoice;
}

function policyOf(set: StatefulSet): Policy {
  const policy = set.spec.persistentVolumeClaimRetentionPolicy;
  return { whenDeleted: policy?.whenDeleted ?? 'Retain', whenScaled: policy?.whenScaled ?? 'Retain' };
}

const keepsAll = (policy: Policy): boolean => policy.whenDeleted === 'Retain' && policy.whenScaled === 'Retain';

function refsOf(claim: PersistentVolumeClaim): readonly OwnerReference[] {
  return claim.metadata.ownerReferences ?? [];
}

/** Same kind and name; the uid may be that of an earlier life. */
function names(ref: OwnerReference, object: KubeObject, kind: OwnerKind): boolean {
  return ref.apiVersion === kind.apiVersion && ref.kind === kind.kind && ref.name === object.metadata.name;
}

function hasStaleRef(claim: PersistentVolumeClaim, object: KubeObject, kind: OwnerKind): boolean {
  return refsOf(claim).some((ref) => names(ref, object, kind) && ref.uid !== (object.metadata.uid ?? ''));
}

const hasRef = (claim: PersistentVolumeClaim, object: KubeObject): boolean =>
  refsOf(claim).some((ref) => ref.uid === object.metadata.uid);

/** Another controller manages the claim, so the policy keeps out (never a matter with Retain/Retain). */
export function hasForeignController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (keepsAll(policyOf(set))) return false;
  return refsOf(claim).some((ref) => {
    if (names(ref, set, STATEFUL_SET)) return ref.uid !== set.metadata.uid;
    if (names(ref, pod, POD)) return ref.uid !== (pod.metadata.uid ?? '');
    return ref.controller === true;
  });
}

/** Who should own the claim of this pod: the set, the pod, or nobody. */
function wantedOwner(set: StatefulSet, pod: Pod): 'set' | 'pod' | null {
  const { whenDeleted, whenScaled } = policyOf(set);
  const index = indexOfOrdinal(set, ordinalOf(pod));
  const condemned = index < 0 || index >= replicasOf(set);
  if (condemned && whenScaled === 'Delete') return 'pod';
  return whenDeleted === 'Delete' ? 'set' : null;
}

/** True when the claim's owners are what the policy asks for, or are not ours to touch. */
export function claimOwnersMatch(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleRef(claim, set, STATEFUL_SET) || hasStaleRef(claim, pod, POD)) return true;
  const bySet = hasRef(claim, set);
  const byPod = hasRef(claim, pod);
  if (hasForeignController(claim, set, pod)) return !bySet && !byPod;
  const ours = refsOf(claim).filter((ref) => ref.uid === set.metadata.uid || ref.uid === pod.metadata.uid);
  if (ours.some((ref) => ref.controller !== true)) return false;
  const wanted = wantedOwner(set, pod);
  return bySet === (wanted === 'set') && byPod === (wanted === 'pod');
}

/** The claim with its owners as the policy asks; other owners are kept. */
export function withPolicyOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): PersistentVolumeClaim {
  const others = refsOf(claim).filter((ref) => !names(ref, set, STATEFUL_SET) && !names(ref, pod, POD));
  const wanted = hasForeignController(claim, set, pod) ? null : wantedOwner(set, pod);
  const ours =
    wanted === 'set'
      ? [controllerReference(set, STATEFUL_SET)]
      : wanted === 'pod'
        ? [controllerReference(pod, POD)]
        : [];
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: [...others, ...ours] } };
}

/**
 * The claim belongs to a pod of the same name that is gone: it waits for the garbage collector, and a new pod must not
 * use it (whenScaled Delete only).
 */
export function isClaimStale(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  return policyOf(set).whenScaled === 'Delete' && hasStaleRef(claim, pod, POD);
}
