import type { PersistentVolumeClaim, Pod } from '../../controllers/framework/objects.ts';
import { decide } from '../../controllers/statefulset/decide.ts';
import { decideMembership } from '../../controllers/statefulset/membership.ts';
import type { Action, Observed, Plan } from '../../controllers/statefulset/plan.ts';
import { completeRollingUpdate, nextAvailabilityMs, withoutUpdated } from '../../controllers/statefulset/status.ts';
import { REVISION_LABEL, type StatefulSetStatus } from '../../controllers/statefulset/types.ts';
import { claimObject } from './claim-objects.ts';
import { NOW, namedRevision, ordinalOfName, podObject, setObject } from './objects.ts';
import { podState, type Revision, type World } from './world.ts';

/** The pure parts of the controller. Planted bugs stand in for one of them. */
export interface Decisions {
  readonly decide: typeof decide;
  readonly decideMembership: typeof decideMembership;
}

export const DECISIONS: Decisions = { decide, decideMembership };

/** One action of the plan, in the words of the model. */
export interface Step {
  readonly kind: Action['kind'];
  readonly why: Extract<Action, { kind: 'delete' }>['why'] | null;
  readonly ordinal: number;
  readonly revision: Revision;
  /** Batches run one after the other; steps of the same unit likewise, units of a batch side by side. */
  readonly batch: number;
  readonly unit: number;
  readonly pod: Pod;
}

/** What one pass does in a world, if every write succeeds. */
export interface Pass {
  readonly steps: readonly Step[];
  readonly adopted: readonly Pod[];
  readonly released: readonly Pod[];
  /** Before the update deletes are taken off. */
  readonly counted: StatefulSetStatus;
  /** As it is written. */
  readonly status: StatefulSetStatus;
  readonly requeueAfterMs: number | null;
}

/** Runs the decisions over a world, put together as the controller does. */
export function passOf(world: World, { decide, decideMembership }: Decisions): Pass {
  const { setting, slots } = world;
  const set = setObject(setting, world.current, world.statusCurrentReplicas);
  const candidates: Pod[] = [];
  for (let ordinal = 0; ordinal < slots.length; ordinal++) {
    const state = slots[ordinal]!.pod;
    if (state !== null) candidates.push(podObject(state, ordinal, setting.claims));
  }
  const { members, release, adopt } = decideMembership(set, candidates);
  const pods = adopt.length === 0 ? members : [...members, ...adopt.map((pod) => adoptedPod(world, pod))];
  const observed: Observed = {
    set,
    pods,
    current: namedRevision(world.current),
    update: namedRevision('B'),
    collisionCount: 0,
    claim: (name) => claimAt(world, ordinalOfName(name)),
    maxUnavailable: setting.gate,
  };
  const plan = decide(observed, NOW);
  const steps = stepsOf(plan);
  const updateDeletes = steps.filter((step) => step.why === 'update').length;
  const status = completeRollingUpdate(set, withoutUpdated(plan.status, updateDeletes));
  return {
    steps,
    adopted: adopt,
    released: release,
    counted: plan.status,
    status,
    requeueAfterMs: nextAvailabilityMs(set, status, pods, NOW),
  };
}

function adoptedPod(world: World, pod: Pod): Pod {
  const ordinal = ordinalOfName(pod.metadata.name);
  const state = world.slots[ordinal]?.pod;
  if (state === undefined || state === null) throw new Error(`adopts a pod that is not there: ${pod.metadata.name}`);
  return podObject(podState({ ...state, owner: 'set' }), ordinal, world.setting.claims);
}

function claimAt({ slots, setting }: World, ordinal: number): PersistentVolumeClaim | undefined {
  const state = slots[ordinal]?.claim;
  return !setting.claims || state === undefined || state === null ? undefined : claimObject(state, ordinal);
}

function stepsOf(plan: Plan): Step[] {
  const steps: Step[] = [];
  plan.batches.forEach((units, batch) => {
    units.forEach((unit, index) => {
      for (const action of unit) {
        steps.push({
          kind: action.kind,
          why: action.kind === 'delete' ? action.why : null,
          ordinal: ordinalOfName(action.pod.metadata.name),
          revision: (action.pod.metadata.labels?.[REVISION_LABEL]?.slice(-1) ?? 'X') as Revision,
          batch,
          unit: index,
          pod: action.pod,
        });
      }
    });
  });
  return steps;
}
