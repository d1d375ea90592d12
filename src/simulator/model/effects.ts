import { claimOwnersMatch, withPolicyOwners } from '../../controllers/statefulset/retention.ts';
import { claimObject, claimStateOf } from './claim-objects.ts';
import { ordinalOfName, setObject } from './objects.ts';
import type { Pass, Step } from './pass.ts';
import { isFinished } from './view.ts';
import { type ClaimState, claimState, podState, type Slot, slot, type World } from './world.ts';

/** What is left after a pass, or after the part of it that was carried out. */
export interface Effect {
  readonly slots: readonly Slot[];
  /** A write was refused; the pass ended after its batch. */
  readonly failed: boolean;
}

export interface ExecuteOptions {
  /** The controller dies after this many steps. */
  readonly limit?: number;
  /** Called before each step, with what stands at its ordinal. */
  readonly before?: (step: Step, found: Slot) => void;
  /** Called after each step that succeeded. */
  readonly after?: (step: Step, left: Slot) => void;
}

/** Carries out a pass as the writer and the API server would: adoption and release first, then batch by batch. */
export function execute(world: World, pass: Pass, options: ExecuteOptions = {}): Effect {
  const slots = [...world.slots];
  for (const pod of pass.adopted) setOwner(slots, ordinalOfName(pod.metadata.name), 'set');
  for (const pod of pass.released) setOwner(slots, ordinalOfName(pod.metadata.name), 'nobody');
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let failedBatch = -1;
  let failedUnit = -1;
  for (const step of pass.steps) {
    if (failedBatch >= 0 && step.batch > failedBatch) break;
    if (step.batch === failedBatch && step.unit === failedUnit) continue;
    if (left-- <= 0) break;
    const found = slots[step.ordinal] ?? slot(null, null);
    options.before?.(step, found);
    const result = applyStep(world, step, found);
    if (result === null) {
      failedBatch = step.batch;
      failedUnit = step.unit;
      continue;
    }
    slots[step.ordinal] = result;
    options.after?.(step, result);
  }
  return { slots, failed: failedBatch >= 0 };
}

function setOwner(slots: Slot[], ordinal: number, owner: 'set' | 'nobody'): void {
  const { pod, claim } = slots[ordinal]!;
  if (pod !== null) slots[ordinal] = slot(podState({ ...pod, owner }), claim);
}

/** null: refused. */
function applyStep(world: World, step: Step, found: Slot): Slot | null {
  const { pod, claim } = found;
  const { claims } = world.setting;
  switch (step.kind) {
    case 'create': {
      if (claims && claim?.deleting) return null;
      if (pod !== null) return null;
      const made = podState({ phase: 'Pending', ready: 'no', revision: step.revision });
      return slot(made, withOwners(world, step, claims ? (claim ?? claimState()) : null));
    }
    case 'ensure-claims':
      if (!claims) return found;
      return claim?.deleting ? null : slot(pod, withOwners(world, step, claim ?? claimState()));
    case 'fix-claim-owners':
      return slot(pod, withOwners(world, step, claim));
    case 'repair':
      return slot(pod === null ? null : podState({ ...pod, drifted: false }), withOwners(world, step, claim));
    case 'delete':
      if (pod === null) return found;
      return isFinished(pod) || step.pod.metadata.uid === undefined
        ? removedPod(found)
        : slot(podState({ ...pod, terminating: true }), claim);
  }
}

/** The pod object goes; what named it as its owner names the past. */
export function removedPod({ claim }: Slot): Slot {
  if (claim === null) return slot(null, null);
  const refs = claim.refs.map((ref) => (ref === 'pod' || ref === 'pod-loose' ? 'old-pod' : ref));
  return slot(null, claimState(refs, claim.deleting));
}

function withOwners(world: World, step: Step, claim: ClaimState | null): ClaimState | null {
  if (claim === null) return null;
  const set = setObject(world.setting, world.current, world.statusCurrentReplicas);
  const object = claimObject(claim, step.ordinal);
  return claimOwnersMatch(object, set, step.pod) ? claim : claimStateOf(withPolicyOwners(object, set, step.pod));
}
