import { firstUnhealthy, isStuck, type View } from '../view.ts';
import type { Invariant } from './invariant.ts';

/** Opt-in stuck-rollout: the highest old member that never was Ready, alone, and only where an ordered set waits for such a one. */
export const stuckOnly: Invariant = {
  id: 'L2',
  name: 'stuck-only',
  check(view) {
    const [first, second] = view.pass.steps.filter((step) => step.why === 'stuck');
    if (first === undefined) return null;
    if (second !== undefined) return `replaces stuck pods ${first.ordinal} and ${second.ordinal} at once`;
    const highest = stuckMembers(view).at(-1);
    if (highest === undefined) return `replaces pod ${first.ordinal}, and no one is stuck`;
    return first.ordinal === highest.ordinal
      ? true
      : `replaces stuck pod ${first.ordinal} before pod ${highest.ordinal}`;
  },
};

/** L2: a good template after a bad one needs nobody to delete pods by hand. */
export const stuckIsReplaced: Invariant = {
  id: 'L2',
  name: 'stuck-is-replaced',
  check(view) {
    if (view.setting.deleting || stuckMembers(view).length === 0) return null;
    return view.pass.steps.some((step) => step.why === 'stuck') ? true : 'a stuck member is not replaced';
  },
};

/** Members an ordered set may replace now, ascending. */
function stuckMembers(view: View): View['members'] {
  const { ordered, members, setting } = view;
  const blocker = firstUnhealthy(view);
  if (!ordered || blocker === undefined || !isStuck(setting, blocker)) return [];
  if (members.some(({ pod }) => pod?.terminating === true)) return [];
  return members.filter((member) => isStuck(setting, member));
}
