import { decide } from '../../../controllers/statefulset/decide.ts';
import {
  inRange,
  isOld,
  isTerminating,
  type Mutant,
  ready,
  saying,
  seeing,
  updates,
  withActions,
  withoutActions,
  withPods,
  withSpec,
} from './mutant.ts';

/** Mistakes in rollouts. */
export const UPDATING: readonly Mutant[] = [
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
];
