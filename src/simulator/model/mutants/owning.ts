import type { Pod } from '../../../controllers/framework/objects.ts';
import { decide } from '../../../controllers/statefulset/decide.ts';
import { decideMembership } from '../../../controllers/statefulset/membership.ts';
import { DECISIONS } from '../pass.ts';
import { type Mutant, saying, seeing, staying, withPods } from './mutant.ts';

/** Mistakes about what belongs to the set, and what it says of it. */
export const OWNING: readonly Mutant[] = [
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
    name: 'deleting-set-works-on',
    mistake: 'goes on creating for a set that is being deleted',
    caughtBy: 'deleting-set-rests',
    decisions: seeing((observed) => ({ ...observed, set: staying(observed.set) })),
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
];
