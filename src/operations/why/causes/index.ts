import type { Cause } from '../cause.ts';
import { blockedAtOrdinal } from './blocked-at-ordinal.ts';
import { budgetEmpty } from './budget-empty.ts';
import { budgetExhausted } from './budget-exhausted.ts';
import { budgetOverlap } from './budget-overlap.ts';
import { budgetUnsynced } from './budget-unsynced.ts';
import { budgetZero } from './budget-zero.ts';
import { claimBlocksCreation } from './claim-blocks-creation.ts';
import { claimClassMissing } from './claim-class-missing.ts';
import { claimLost } from './claim-lost.ts';
import { claimNamedVolume } from './claim-named-volume.ts';
import { claimNoClass } from './claim-no-class.ts';
import { claimNoVolume } from './claim-no-volume.ts';
import { claimOrphaned } from './claim-orphaned.ts';
import { claimPending } from './claim-pending.ts';
import { claimPlace } from './claim-place.ts';
import { claimProvisioning } from './claim-provisioning.ts';
import { claimRecreated } from './claim-recreated.ts';
import { claimResize } from './claim-resize.ts';
import { claimReused } from './claim-reused.ts';
import { claimTerminating } from './claim-terminating.ts';
import { claimWaitsForConsumer } from './claim-waits-for-consumer.ts';
import { condemnedWait } from './condemned-wait.ts';
import { configMissing } from './config-missing.ts';
import { containerNotCreated } from './container-not-created.ts';
import { crashLoop } from './crash-loop.ts';
import { creationRefused } from './creation-refused.ts';
import { drainBlocked } from './drain-blocked.ts';
import { drainLeftovers } from './drain-leftovers.ts';
import { drainStrands } from './drain-strands.ts';
import { governingService } from './governing-service.ts';
import { imagePull } from './image-pull.ts';
import { initContainer } from './init-container.ts';
import { livenessKills } from './liveness-kills.ts';
import { minReady } from './min-ready.ts';
import { missingPod } from './missing-pod.ts';
import { nodeFenced } from './node-fenced.ts';
import { nodeLostOfPod } from './node-lost.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { nodeOutOfService } from './node-out-of-service.ts';
import { nodePressure } from './node-pressure.ts';
import { nodeReturned } from './node-returned.ts';
import { notReady } from './not-ready.ts';
import { onDeleteOutdated } from './on-delete-outdated.ts';
import { orphanedClaimsOfSet } from './orphaned-claims.ts';
import { outOfMemory } from './out-of-memory.ts';
import { overlappingSelectors } from './overlapping-selectors.ts';
import { parallelCrashLoop } from './parallel-crash-loop.ts';
import { partitionHolds } from './partition-holds.ts';
import { podFailed } from './pod-failed.ts';
import { podFinalizer } from './pod-finalizer.ts';
import { podTerminating } from './pod-terminating.ts';
import { prestopOverruns } from './prestop-overruns.ts';
import { priorityClassMissing } from './priority-class-missing.ts';
import { quotaExceeded } from './quota-exceeded.ts';
import { readinessFails } from './readiness-fails.ts';
import { readinessGate } from './readiness-gate.ts';
import { recreatedClaim } from './recreated-claim.ts';
import { replicasTogether } from './replicas-together.ts';
import { reusedClaim } from './reused-claim.ts';
import { rolloutWaits } from './rollout-waits.ts';
import { serviceAccountMissing } from './service-account-missing.ts';
import { setTerminating } from './set-terminating.ts';
import { squattedName } from './squatted-name.ts';
import { startupKills } from './startup-kills.ts';
import { stuckRollout } from './stuck-rollout.ts';
import { stuckRolloutTrap } from './stuck-rollout-trap.ts';
import { unreadyPods } from './unready-pods.ts';
import { unschedulable } from './unschedulable.ts';
import { unschedulableAffinity } from './unschedulable-affinity.ts';
import { unschedulableClaims } from './unschedulable-claims.ts';
import { unschedulableCordoned } from './unschedulable-cordoned.ts';
import { unschedulablePeers } from './unschedulable-peers.ts';
import { unschedulablePorts } from './unschedulable-ports.ts';
import { unschedulableResources } from './unschedulable-resources.ts';
import { unschedulableSpread } from './unschedulable-spread.ts';
import { unschedulableTaints } from './unschedulable-taints.ts';
import { unschedulableVolume } from './unschedulable-volume.ts';
import { unscheduledSilent } from './unscheduled-silent.ts';
import { volumeAttach } from './volume-attach.ts';
import { volumeMount } from './volume-mount.ts';

/** All causes. For one object they are asked in this order; of equal weight the first found is told first. */
export const CAUSES: readonly Cause[] = [
  setTerminating,
  stuckRolloutTrap,
  stuckRollout,
  blockedAtOrdinal,
  rolloutWaits,
  condemnedWait,
  squattedName,
  claimBlocksCreation,
  quotaExceeded,
  serviceAccountMissing,
  priorityClassMissing,
  parallelCrashLoop,
  unreadyPods,
  recreatedClaim,
  governingService,
  overlappingSelectors,
  replicasTogether,
  partitionHolds,
  onDeleteOutdated,
  reusedClaim,
  orphanedClaimsOfSet,
  creationRefused,
  missingPod,
  nodeLostOfPod,
  podTerminating,
  podFinalizer,
  podFailed,
  unscheduledSilent,
  unschedulableVolume,
  unschedulableClaims,
  unschedulableResources,
  unschedulableTaints,
  unschedulableCordoned,
  unschedulableAffinity,
  unschedulablePeers,
  unschedulableSpread,
  unschedulablePorts,
  imagePull,
  configMissing,
  volumeAttach,
  volumeMount,
  containerNotCreated,
  initContainer,
  outOfMemory,
  livenessKills,
  startupKills,
  crashLoop,
  readinessFails,
  readinessGate,
  minReady,
  prestopOverruns,
  unschedulable,
  notReady,
  claimTerminating,
  claimLost,
  claimNoClass,
  claimClassMissing,
  claimNamedVolume,
  claimNoVolume,
  claimWaitsForConsumer,
  claimProvisioning,
  claimPlace,
  claimResize,
  claimRecreated,
  claimReused,
  claimOrphaned,
  claimPending,
  nodeNotReady,
  nodeOutOfService,
  nodeFenced,
  nodeReturned,
  nodePressure,
  drainBlocked,
  drainStrands,
  drainLeftovers,
  budgetUnsynced,
  budgetZero,
  budgetExhausted,
  budgetOverlap,
  budgetEmpty,
];
