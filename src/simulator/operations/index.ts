import { createBudget, deleteBudget } from './budgets.ts';
import { deleteClaim, deleteRevision, growClaim, ownClaim } from './claims.ts';
import { deleteNode, drain, outOfService, selfFencing } from './nodes.ts';
import type { OperationDefinition } from './operation.ts';
import { deletePod, evictPod, expirePod, forceDeletePod, relabelPod, squatName, troublePod } from './pods.ts';
import { createSet, deleteService, deleteSet } from './sets.ts';
import { deleteSnapshot, restoreSnapshot, takeSnapshot } from './snapshots.ts';
import { SPEC_CHANGES } from './spec.ts';
import { restart, roll, rollBad } from './template.ts';
import { runUrgent } from './urgent.ts';

/** Everything impatient users do. */
export const OPERATIONS: readonly OperationDefinition[] = [
  createSet,
  deleteSet,
  deleteService,
  ...SPEC_CHANGES,
  roll,
  rollBad,
  restart,
  deletePod,
  forceDeletePod,
  evictPod,
  relabelPod,
  squatName,
  troublePod,
  expirePod,
  deleteClaim,
  ownClaim,
  growClaim,
  deleteRevision,
  drain,
  deleteNode,
  outOfService,
  selfFencing,
  runUrgent,
  takeSnapshot,
  restoreSnapshot,
  deleteSnapshot,
  createBudget,
  deleteBudget,
];
