import {
  allowedUnavailable,
  deletesFor,
  isBudgeted,
  isFree,
  isOld,
  isUnavailable,
  isUnderway,
  isUpdatable,
  type Member,
  reachesUpdate,
  type View,
} from '../view.ts';
import type { Invariant } from './invariant.ts';

/** L1: the highest old member goes once all above it are updated and available; by a budget, as many as there is room for. */
export const updateProceeds: Invariant = {
  id: 'L1',
  name: 'update-proceeds',
  check(view) {
    const { members, setting } = view;
    if (setting.deleting || !reachesUpdate(view)) return null;
    const old = members.filter(({ pod, ordinal }) => isOld(pod) && isUpdatable(setting, ordinal));
    if (old.length === 0) return null;
    if (isBudgeted(setting)) return budgetIsUsed(view, old);
    const next = old.at(-1)!;
    const above = members.filter(({ ordinal }) => ordinal > next.ordinal);
    if (above.some(({ pod }) => isUnavailable(setting, pod))) return null;
    return deletesFor(view, 'update').some(({ ordinal }) => ordinal === next.ordinal)
      ? true
      : `pod ${next.ordinal} is old and not updated`;
  },
};

function budgetIsUsed(view: View, old: readonly Member[]): null | true | string {
  const { members, setting } = view;
  const taken = deletesFor(view, 'update').map((step) => step.ordinal);
  const left = old.filter(({ ordinal }) => !taken.includes(ordinal));
  const down = members.filter(({ pod }) => isUnavailable(setting, pod));
  const paid = members.filter((member) => taken.includes(member.ordinal) && !isFree(setting, member)).length;
  const underway = members.filter((member) => isUnderway(view, member)).length;
  const allowed = allowedUnavailable(setting);
  const room = underway + taken.length < allowed;
  const affordable = left.find((member) => isFree(setting, member) || down.length + paid < allowed);
  if (!room || affordable === undefined) return taken.length > 0 ? true : null;
  return `pod ${affordable.ordinal} is old and not updated, though there is room`;
}
