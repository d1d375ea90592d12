import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { compareQuantity } from '../../../base/quantity.ts';
import { parseTime } from '../../../base/time.ts';
import type { Condition, PersistentVolumeClaim, Pod } from '../../framework/objects.ts';
import { isTerminating } from '../../framework/pods.ts';
import { claimName } from '../names.ts';
import { replicasOf, type StatefulSet } from '../types.ts';
import { ordinalAtIndex } from './reserved-ordinals.ts';

/**
 * `perdure.dev/claim-template-growth: data=20Gi`: claims of the members grow to a size beyond the immutable template's,
 * highest ordinal first, one ordinal after the other. Never shrinks anything, and touches only bound claims.
 */

/** On a StorageClass: its volumes grow their filesystem only while mounting, so that a running pod has to go once. */
export const EXPANSION_ANNOTATION = 'perdure.dev/volume-expansion';

export type GrowthStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'raise'; readonly ordinal: number; readonly claims: readonly SizedClaim[] }
  /** `claim`: its volume is as large as asked for, its filesystem is not yet. Null: the volume itself is growing. */
  | { readonly kind: 'wait'; readonly ordinal: number; readonly claim: PersistentVolumeClaim | null };

export interface SizedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly size: string;
}

type ClaimLookup = (name: string) => PersistentVolumeClaim | undefined;

/** What the growth of a set's claims comes to next. */
export function decideGrowth(set: StatefulSet, claim: ClaimLookup): GrowthStep {
  const sizes = optInsOf(set).claimGrowth;
  if (sizes.size === 0 || set.metadata.deletionTimestamp !== undefined) return { kind: 'none' };
  for (let index = replicasOf(set) - 1; index >= 0; index--) {
    const ordinal = ordinalAtIndex(set, index);
    const bound = [...sizes].flatMap(([template, size]): SizedClaim[] => {
      const found = claim(claimName(set, template, ordinal));
      return found !== undefined && isBound(found) && isToStay(set, found) ? [{ claim: found, size }] : [];
    });
    const small = bound.filter((one) => compareQuantity(requestOf(one.claim), one.size) < 0);
    if (small.length > 0) return { kind: 'raise', ordinal, claims: small };
    const growing = bound.filter((one) => isGrowing(one));
    if (growing.length === 0) continue;
    const mounting = growing.find((one) => pendingOnMount(one.claim) !== undefined);
    return { kind: 'wait', ordinal, claim: mounting?.claim ?? null };
  }
  return { kind: 'none' };
}

/** A claim that is not bound yet cannot grow (the server refuses it); it does so once it is. */
const isBound = ({ status, metadata }: PersistentVolumeClaim): boolean =>
  status?.phase === 'Bound' && metadata.deletionTimestamp === undefined;

/** A claim of a member that is given up, or of an earlier life of the set, waits for the garbage collector. */
function isToStay(set: StatefulSet, { metadata }: PersistentVolumeClaim): boolean {
  return !(metadata.ownerReferences ?? []).some(
    ({ kind, name, uid }) =>
      kind === 'Pod' || (kind === 'StatefulSet' && name === set.metadata.name && uid !== set.metadata.uid),
  );
}

const requestOf = (claim: PersistentVolumeClaim): string => claim.spec.resources?.requests?.storage ?? '0';

function isGrowing({ claim, size }: SizedClaim): boolean {
  if (compareQuantity(claim.status?.capacity?.storage ?? '0', size) < 0) return true;
  return isTrue(claim, 'Resizing') || pendingOnMount(claim) !== undefined;
}

function conditionOf(claim: PersistentVolumeClaim, type: string): Condition | undefined {
  return (claim.status?.conditions as readonly Condition[] | undefined)?.find((condition) => condition.type === type);
}

const isTrue = (claim: PersistentVolumeClaim, type: string): boolean => conditionOf(claim, type)?.status === 'True';

function pendingOnMount(claim: PersistentVolumeClaim): Condition | undefined {
  return isTrue(claim, 'FileSystemResizePending') ? conditionOf(claim, 'FileSystemResizePending') : undefined;
}

/**
 * Whether this pod has to be restarted for the filesystem to grow, its class being an offline one: only a pod from before
 * the filesystem was due, so that each is restarted at most once for it.
 */
export function needsRestart(claim: PersistentVolumeClaim, pod: Pod): boolean {
  const due = parseTime(pendingOnMount(claim)?.lastTransitionTime);
  return !isTerminating(pod) && parseTime(pod.metadata.creationTimestamp) < due;
}

/** The claim with a larger request, whatever it was read as: the server refuses the write if it changed since. */
export function withSize({ claim, size }: SizedClaim): PersistentVolumeClaim {
  const resources = { ...claim.spec.resources, requests: { ...claim.spec.resources?.requests, storage: size } };
  return { ...claim, spec: { ...claim.spec, resources } };
}

/** The spec of a claim that is made anew: as large as the others will be. */
export function grownSpec(set: StatefulSet, template: PersistentVolumeClaim): PersistentVolumeClaim['spec'] {
  const size = optInsOf(set).claimGrowth.get(template.metadata.name ?? '');
  return size === undefined ? template.spec : withSize({ claim: template, size }).spec;
}
