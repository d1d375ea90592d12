import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { PodTemplate, StatefulSet, StatefulSetStatus } from './types.ts';

export type DeleteReason = 'finished' | 'condemned' | 'update' | 'stuck';

/** One write, or a few that belong together, of a pass. */
export type Action =
  | { readonly kind: 'create'; readonly pod: Pod }
  | { readonly kind: 'ensure-claims'; readonly pod: Pod }
  | { readonly kind: 'repair'; readonly pod: Pod }
  | { readonly kind: 'fix-claim-owners'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly pod: Pod; readonly why: DeleteReason };

/** Actions on one pod, one after the other; the first failure ends the unit. */
export type Unit = readonly Action[];

/** Batches run in order, the units of a batch side by side; a failed unit ends the pass after its batch. */
export interface Plan {
  readonly batches: readonly (readonly Unit[])[];
  /** As observed; each successful `update` delete takes one from currentReplicas. */
  readonly status: StatefulSetStatus;
}

export interface NamedRevision {
  readonly name: string;
  readonly template: PodTemplate;
}

export interface Observed {
  readonly set: StatefulSet;
  /** Pods the set has claimed. */
  readonly pods: readonly Pod[];
  readonly current: NamedRevision;
  readonly update: NamedRevision;
  readonly collisionCount: number;
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  /** Gate MaxUnavailableStatefulSet. */
  readonly maxUnavailable: boolean;
  /** Pods seen to be Ready and then not (opt-in stuck-rollout). */
  readonly lostReadiness?: (pod: Pod) => boolean;
  /** Failures in a row at the ordinal of a pod that is missing (opt-in ordinal-backoff). */
  readonly failures?: (podName: string) => number;
}

/** A member of `replicas`: observed, or yet to be made. */
export interface Slot {
  readonly pod: Pod;
  readonly exists: boolean;
}
