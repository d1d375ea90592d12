import { OPT_IN } from '../../api/apps/stateful-set-opt-ins.ts';
import type { Pod } from '../../controllers/framework/objects.ts';
import { type Action, decide, type Observed, type Plan } from '../../controllers/statefulset/decide.ts';
import { decideMembership } from '../../controllers/statefulset/membership.ts';
import { REVISION_LABEL, replicasOf, type StatefulSet, startOf } from '../../controllers/statefulset/types.ts';
import type { KubeObject } from '../../schema/object.ts';
import { ordinalOfName } from './objects.ts';
import { DECISIONS, type Decisions } from './pass.ts';

/** A planted bug: the real decision with what it sees, or what it says, distorted. */
export interface Mutant {
  readonly name: string;
  readonly mistake: string;
  /** The predicate that has to catch it. */
  readonly caughtBy: string;
  readonly decisions: Decisions;
  /** Shows only in sets that opt in to more than upstream does. */
  readonly optIn?: true;
}

type Spec = Partial<StatefulSet['spec']>;

const seeing = (distort: (observed: Observed) => Observed): Decisions => ({
  ...DECISIONS,
  decide: (observed, now) => decide(distort(observed), now),
});

const saying = (distort: (plan: Plan, observed: Observed, now: number) => Plan): Decisions => ({
  ...DECISIONS,
  decide: (observed, now) => distort(decide(observed, now), observed, now),
});

const withSpec = (observed: Observed, change: (spec: StatefulSet['spec']) => Spec): Observed => ({
  ...observed,
  set: { ...observed.set, spec: { ...observed.set.spec, ...change(observed.set.spec) } },
});

function withoutOptIn(observed: Observed, key: string): Observed {
  const { annotations: { [key]: _, ...annotations } = {}, ...metadata } = observed.set.metadata;
  return { ...observed, set: { ...observed.set, metadata: { ...metadata, annotations } } };
}

const withPods = (observed: Observed, change: (pod: Pod) => Pod): Observed => ({
  ...observed,
  pods: observed.pods.map(change),
});

const withActions = (plan: Plan, change: (action: Action) => readonly Action[]): Plan => ({
  ...plan,
  batches: plan.batches.map((units) => units.map((unit) => unit.flatMap(change))),
});

const withoutActions = (plan: Plan, dropped: (action: Action) => boolean): Plan =>
  withActions(plan, (action) => (dropped(action) ? [] : [action]));

const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const removes = (action: Action): boolean => action.kind === 'delete' && action.why === 'condemned';
const updates = (action: Action): boolean => action.kind === 'delete' && action.why === 'update';

const inRange = ({ set }: Observed, pod: Pod): boolean => {
  const index = ordinalOfName(pod.metadata.name) - startOf(set);
  return index >= 0 && index < replicasOf(set);
};

function staying<T extends KubeObject>(object: T): T {
  const { deletionTimestamp: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function ready(pod: Pod): Pod {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  return { ...pod, status: { ...pod.status, phase: 'Running', conditions } };
}

const isOld = ({ update }: Observed, pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] !== update.name;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'condemned-ascending',
    mistake: 'scales down from the lowest ordinal',
    caughtBy: 'condemned-descending',
    decisions: saying((plan, observed) => {
      const lowest = observed.pods.find((pod) => !inRange(observed, pod) && !isTerminating(pod));
      if (lowest === undefined || observed.set.spec.podManagementPolicy === 'Parallel') return plan;
      return withActions(plan, (action) => [removes(action) ? { ...action, pod: lowest } : action]);
    }),
  },
  {
    name: 'partition-off-by-one',
    mistake: 'updates the member just below the partition too',
    caughtBy: 'update-above-partition',
    decisions: saying((plan, observed, now) => {
      const lowered = withSpec(observed, ({ updateStrategy: { rollingUpdate, ...strategy } = {} }) => ({
        updateStrategy: {
          ...strategy,
          ...(rollingUpdate && {
            rollingUpdate: { ...rollingUpdate, partition: Math.max(0, (rollingUpdate.partition ?? 0) - 1) },
          }),
        },
      }));
      const extra = decide(lowered, now).batches.filter((units) => units.flat().some(updates));
      return { ...plan, batches: [...withoutActions(plan, updates).batches, ...extra] };
    }),
  },
  {
    name: 'terminating-ignored',
    mistake: 'takes a terminating pod for one that stays',
    caughtBy: 'no-second-delete',
    decisions: saying((plan, observed, now) => {
      const { batches } = decide(withPods(observed, staying), now);
      const real = new Map(observed.pods.map((pod) => [pod.metadata.name, pod]));
      const back = (action: Action): Action[] => [{ ...action, pod: real.get(action.pod.metadata.name) ?? action.pod }];
      return observed.set.metadata.deletionTimestamp === undefined ? withActions({ ...plan, batches }, back) : plan;
    }),
  },
  {
    name: 'update-before-scale',
    mistake: 'starts the rollout while members are still to be removed',
    caughtBy: 'scaling-first',
    decisions: saying((plan, observed, now) => {
      const kept = { ...observed, pods: observed.pods.filter((pod) => inRange(observed, pod)) };
      const early = decide(kept, now).batches;
      return early.flat(2).some(updates) ? { ...plan, batches: early } : plan;
    }),
  },
  {
    name: 'burst-in-ordered',
    mistake: 'makes all missing members of an ordered set at once',
    caughtBy: 'ordered-creation',
    decisions: seeing((observed) => withSpec(observed, () => ({ podManagementPolicy: 'Parallel' }))),
  },
  {
    name: 'ready-is-enough',
    mistake: 'forgets minReadySeconds',
    caughtBy: 'condemned-after-retained',
    decisions: seeing((observed) => withSpec(observed, () => ({ minReadySeconds: 0 }))),
  },
  {
    name: 'unhealthy-first',
    mistake: 'removes the highest member though a lower condemned one is unhealthy too',
    caughtBy: 'condemned-health',
    decisions: saying((plan, observed, now) => {
      const looks = withPods(observed, (pod) => (inRange(observed, pod) || isTerminating(pod) ? pod : ready(pod)));
      const { batches } = decide(looks, now);
      return batches.flat(2).some(removes) ? { ...plan, batches } : plan;
    }),
  },
  {
    name: 'only-new-count-as-down',
    mistake: 'counts only updated members against maxUnavailable',
    caughtBy: 'max-unavailable',
    decisions: saying((plan, observed, now) => {
      if (!observed.maxUnavailable) return plan;
      const bright = withPods(observed, (pod) => (isOld(observed, pod) && !isTerminating(pod) ? ready(pod) : pod));
      const more = decide(bright, now).batches.filter((units) => units.flat().some(updates));
      return plan.batches.flat(2).some(updates) || more.length === 0
        ? plan
        : { ...plan, batches: [...plan.batches, ...more] };
    }),
  },
  {
    name: 'percent-rounded-up',
    mistake: 'rounds a percentage of maxUnavailable up',
    caughtBy: 'max-unavailable',
    decisions: seeing((observed) =>
      withSpec(observed, ({ updateStrategy = {}, replicas = 1 }) => {
        const percent = updateStrategy.rollingUpdate?.maxUnavailable;
        if (typeof percent !== 'string') return {};
        const maxUnavailable = Math.ceil((Number.parseInt(percent, 10) * replicas) / 100);
        return {
          updateStrategy: { ...updateStrategy, rollingUpdate: { ...updateStrategy.rollingUpdate, maxUnavailable } },
        };
      }),
    ),
  },
  {
    name: 'foreign-pods-claimed',
    mistake: 'takes every pod of the right name for a member, whoever controls it',
    caughtBy: 'own-pods-only',
    decisions: {
      ...DECISIONS,
      decideMembership: (set, candidates) => {
        const membership = decideMembership(set, candidates);
        const foreign = candidates.filter((pod) => pod.metadata.uid?.startsWith('foreign') === true);
        return { ...membership, members: [...membership.members, ...foreign] };
      },
    },
  },
  {
    name: 'adopts-the-dying',
    mistake: 'adopts an orphan that is terminating',
    caughtBy: 'adoption',
    decisions: {
      ...DECISIONS,
      decideMembership: (set, candidates) => {
        const real = new Map(candidates.map((pod) => [pod.metadata.name, pod]));
        const { members, release, adopt } = decideMembership(
          set,
          candidates.map((pod) => staying(pod)),
        );
        const back = (pods: readonly Pod[]) => pods.map((pod) => real.get(pod.metadata.name) ?? pod);
        return { members: back(members), release: back(release), adopt: back(adopt) };
      },
    },
  },
  {
    name: 'created-while-going',
    mistake: 'takes a terminating pod for one that is gone',
    caughtBy: 'one-pod-per-name',
    decisions: saying((plan, observed, now) => {
      const pods = observed.pods.filter((pod) => !isTerminating(pod));
      return { ...decide({ ...observed, pods }, now), status: plan.status };
    }),
  },
  {
    name: 'recreated-at-update',
    mistake: 'brings members below the partition back at the update revision',
    caughtBy: 'recreated-revision',
    decisions: saying((plan, observed, now) => {
      const all = withSpec(observed, () => ({
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      }));
      const made = decide(all, now).batches.flat(2);
      return withActions(plan, (action) => {
        const same = made.find(({ kind, pod }) => kind === 'create' && pod.metadata.name === action.pod.metadata.name);
        return [action.kind === 'create' && same !== undefined ? same : action];
      });
    }),
  },
  {
    name: 'stale-claim-used',
    mistake: 'makes a pod on the claim that its predecessor takes along',
    caughtBy: 'held-back',
    decisions: seeing((observed) => ({ ...observed, claim: () => undefined })),
  },
  {
    name: 'claim-owners-late',
    mistake: 'deletes condemned members before the owners of their claims are right',
    caughtBy: 'retention-table',
    decisions: saying((plan) => ({ ...plan, batches: [...plan.batches].reverse() })),
  },
  {
    name: 'on-delete-rolls',
    mistake: 'rolls out under OnDelete as under RollingUpdate',
    caughtBy: 'on-delete-waits',
    decisions: seeing((observed) => withSpec(observed, () => ({ updateStrategy: { type: 'RollingUpdate' } }))),
  },
  {
    name: 'update-ascending',
    mistake: 'updates the lowest old member first',
    caughtBy: 'update-descending',
    decisions: saying((plan, observed) => {
      const lowest = observed.pods.find((pod) => inRange(observed, pod) && isOld(observed, pod) && !isTerminating(pod));
      if (lowest === undefined) return plan;
      return withActions(plan, (action) => [updates(action) ? { ...action, pod: lowest } : action]);
    }),
  },
  {
    name: 'failed-left-alone',
    mistake: 'never replaces a failed member',
    caughtBy: 'finished-is-replaced',
    decisions: saying((plan) =>
      withoutActions(plan, (action) => action.kind === 'delete' && action.why === 'finished'),
    ),
  },
  {
    name: 'deleting-set-works-on',
    mistake: 'goes on creating for a set that is being deleted',
    caughtBy: 'deleting-set-rests',
    decisions: seeing((observed) => ({ ...observed, set: staying(observed.set) })),
  },
  {
    name: 'below-start-forgotten',
    mistake: 'leaves members below the start ordinal alone',
    caughtBy: 'condemned-go',
    decisions: saying((plan, { set }) =>
      withoutActions(plan, (action) => removes(action) && ordinalOfName(action.pod.metadata.name) < startOf(set)),
    ),
  },
  {
    name: 'terminating-counted-current',
    mistake: 'counts terminating pods as of the current revision',
    caughtBy: 'status-counts',
    decisions: saying((plan, observed, now) => ({
      ...plan,
      status: decide(withPods(observed, staying), now).status,
    })),
  },
  {
    name: 'stuck-was-ready',
    mistake: 'replaces a member that was Ready before as never Ready',
    caughtBy: 'stuck-only',
    optIn: true,
    decisions: seeing((observed) =>
      withPods(observed, (pod) => {
        const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
        return { ...pod, status: { ...pod.status, startTime: since } };
      }),
    ),
  },
  {
    name: 'reserved-forgotten',
    mistake: 'gives reserved ordinals to members',
    caughtBy: 'one-pod-per-name',
    optIn: true,
    decisions: seeing((observed) => withoutOptIn(observed, OPT_IN.reserved)),
  },
  {
    name: 'counted-as-upstream',
    mistake: 'lets broken members use the budget up',
    caughtBy: 'update-proceeds',
    optIn: true,
    decisions: seeing((observed) => ({ ...withoutOptIn(observed, OPT_IN.counting), maxUnavailable: true })),
  },
];
