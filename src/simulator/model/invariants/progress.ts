import {
  deletesFor,
  firstUnhealthy,
  hasStep,
  isFinished,
  isHealthy,
  isHeldBack,
  isUnavailable,
  type Member,
  reachesCondemned,
  type View,
} from '../view.ts';
import { followsTable, isStale } from './claims.ts';
import type { Invariant } from './invariant.ts';

/** Members in range whose turn it is: all of a parallel set, of an ordered one those up to the first unhealthy. */
function reached(view: View): readonly Member[] {
  const first = view.ordered ? firstUnhealthy(view) : undefined;
  return first === undefined ? view.members : view.members.filter((member) => member.ordinal <= first.ordinal);
}

const hasDelete = (view: View, why: 'finished' | 'condemned' | 'update', ordinal: number) =>
  deletesFor(view, why).some((step) => step.ordinal === ordinal);

/** For each member that `must` have something done: whether `is` done. */
function obliged(
  view: View,
  members: readonly Member[],
  must: (member: Member) => boolean,
  is: (member: Member) => boolean,
  what: string,
) {
  if (view.setting.deleting) return null;
  const due = members.filter(must);
  if (due.length === 0) return null;
  const forgotten = due.find((member) => !is(member));
  return forgotten === undefined ? true : `pod ${forgotten.ordinal} is ${what}`;
}

/** L1: a missing member whose turn it is gets made. */
export const missingIsCreated: Invariant = {
  id: 'L1',
  name: 'missing-is-created',
  check: (view) =>
    obliged(
      view,
      reached(view),
      (member) => member.pod === null && !isHeldBack(view.setting, member),
      ({ ordinal }) => hasStep(view, 'create', ordinal),
      'missing and not created',
    ),
};

/** L1: a finished member whose turn it is gets replaced. */
export const finishedIsReplaced: Invariant = {
  id: 'L1',
  name: 'finished-is-replaced',
  check: (view) =>
    obliged(
      view,
      reached(view),
      ({ pod }) => pod !== null && isFinished(pod) && !pod.terminating,
      ({ ordinal }) => hasDelete(view, 'finished', ordinal),
      'finished and not replaced',
    ),
};

/** L1: the claims of a Pending member whose turn it is are seen to, even if it terminates. */
export const pendingGetsClaims: Invariant = {
  id: 'L1',
  name: 'pending-gets-claims',
  check: (view) =>
    obliged(
      view,
      reached(view),
      ({ pod }) => pod?.phase === 'Pending',
      ({ ordinal }) => hasStep(view, 'ensure-claims', ordinal),
      'Pending and its claims are not seen to',
    ),
};

/** L1: identity and claim owners of a member are repaired; an ordered set does so for healthy ones (step 5d before 5e). */
export const driftIsRepaired: Invariant = {
  id: 'L1',
  name: 'drift-is-repaired',
  check: (view) =>
    obliged(
      view,
      reached(view),
      (member) => isDrifted(view, member),
      ({ ordinal }) => hasStep(view, 'repair', ordinal),
      'not as it should be and not repaired',
    ),
};

function isDrifted({ setting, ordered }: View, { pod, claim, ordinal }: Member): boolean {
  if (pod === null || isFinished(pod) || (ordered && !isHealthy(setting, pod))) return false;
  return pod.drifted || differs(claim, setting, ordinal);
}

const differs = (claim: Member['claim'], setting: View['setting'], ordinal: number): boolean =>
  setting.claims && claim !== null && !isStale(claim) && !followsTable(setting, ordinal, claim);

/** L1: owners of the claims of condemned members are fixed, even of those that are going. */
export const condemnedClaimsAreFixed: Invariant = {
  id: 'L1',
  name: 'condemned-claims-are-fixed',
  check: (view) =>
    obliged(
      view,
      reachesCondemned(view) ? view.condemned : [],
      ({ claim, ordinal }) => differs(claim, view.setting, ordinal),
      ({ ordinal }) => hasStep(view, 'fix-claim-owners', ordinal),
      'condemned and its claim keeps its owners',
    ),
};

/** L1: every condemned member of a parallel set goes; of an ordered one the highest, healthy or lowest unavailable. */
export const condemnedGo: Invariant = {
  id: 'L1',
  name: 'condemned-go',
  check(view) {
    const { condemned, setting, ordered } = view;
    const lowest = condemned.findLast(({ pod }) => isUnavailable(setting, pod));
    const turn = ordered ? condemned.slice(0, 1) : condemned;
    return obliged(
      view,
      reachesCondemned(view) ? turn : [],
      (member) => !member.pod!.terminating && (!ordered || isHealthy(setting, member.pod) || member === lowest),
      ({ ordinal }) => hasDelete(view, 'condemned', ordinal),
      'condemned and not deleted',
    );
  },
};
