import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import { type Mutant, seeing, withoutOptIn, withPods } from './mutant.ts';

/** Mistakes in what goes beyond upstream. */
export const OPT_INS: readonly Mutant[] = [
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
