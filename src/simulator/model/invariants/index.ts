import { claimsFirst, foreignOwners, heldBack, noNeedlessRepair, ownClaims, retentionTable } from './claims.ts';
import { condemnedAfterRetained, condemnedDescending, condemnedHealth, condemnedOnly } from './condemned.ts';
import { noSilentWait, settledIsIdle } from './idle.ts';
import type { Invariant } from './invariant.ts';
import { onePodPerName } from './one-pod-per-name.ts';
import { oneAtATime, orderedCreation } from './ordered-creation.ts';
import { adoption, deletingSetRests, finishedOnly, noSecondDelete, ownPodsOnly, release } from './ownership.ts';
import {
  condemnedClaimsAreFixed,
  condemnedGo,
  driftIsRepaired,
  finishedIsReplaced,
  missingIsCreated,
  pendingGetsClaims,
} from './progress.ts';
import { completion, statusBounds, statusCounts, timedReturn } from './status.ts';
import { stuckIsReplaced, stuckOnly } from './stuck-rollout.ts';
import {
  maxUnavailable,
  onDeleteWaits,
  recreatedRevision,
  scalingFirst,
  updateAbovePartition,
  updateDescending,
} from './update.ts';
import { updateProceeds } from './update-progress.ts';

/** The specification of the decision: safety first, then progress. */
export const INVARIANTS: readonly Invariant[] = [
  onePodPerName,
  ownClaims,
  claimsFirst,
  heldBack,
  retentionTable,
  foreignOwners,
  noNeedlessRepair,
  orderedCreation,
  oneAtATime,
  condemnedOnly,
  condemnedDescending,
  condemnedAfterRetained,
  condemnedHealth,
  updateAbovePartition,
  updateDescending,
  recreatedRevision,
  maxUnavailable,
  onDeleteWaits,
  scalingFirst,
  ownPodsOnly,
  noSecondDelete,
  finishedOnly,
  deletingSetRests,
  adoption,
  release,
  statusCounts,
  statusBounds,
  completion,
  timedReturn,
  missingIsCreated,
  finishedIsReplaced,
  pendingGetsClaims,
  driftIsRepaired,
  condemnedClaimsAreFixed,
  condemnedGo,
  updateProceeds,
  stuckOnly,
  stuckIsReplaced,
  noSilentWait,
  settledIsIdle,
];
