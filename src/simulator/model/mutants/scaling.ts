import { decide } from '../../../controllers/statefulset/decide.ts';
import type { Action } from '../../../controllers/statefulset/plan.ts';
import { startOf } from '../../../controllers/statefulset/types.ts';
import { ordinalOfName } from '../objects.ts';
import {
  inRange,
  isTerminating,
  type Mutant,
  ready,
  removes,
  saying,
  seeing,
  staying,
  withActions,
  withoutActions,
  withPods,
  withSpec,
} from './mutant.ts';

/** Mistakes in making, replacing and removing members. */
export const SCALING: readonly Mutant[] = [
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
    name: 'created-while-going',
    mistake: 'takes a terminating pod for one that is gone',
    caughtBy: 'one-pod-per-name',
    decisions: saying((plan, observed, now) => {
      const pods = observed.pods.filter((pod) => !isTerminating(pod));
      return { ...decide({ ...observed, pods }, now), status: plan.status };
    }),
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
    name: 'failed-left-alone',
    mistake: 'never replaces a failed member',
    caughtBy: 'finished-is-replaced',
    decisions: saying((plan) =>
      withoutActions(plan, (action) => action.kind === 'delete' && action.why === 'finished'),
    ),
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
];
