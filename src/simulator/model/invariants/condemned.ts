import { deletesFor, firstUnhealthy, isHealthy, isUnavailable, type View } from '../view.ts';
import type { Invariant } from './invariant.ts';

/** S7: only claimed pods out of range are condemned, and those on their way are left to go. */
export const condemnedOnly: Invariant = {
  id: 'S7',
  name: 'condemned-only',
  check(view) {
    const deletes = deletesFor(view, 'condemned');
    if (deletes.length === 0) return null;
    for (const { ordinal } of deletes) {
      const victim = view.condemned.find((member) => member.ordinal === ordinal);
      if (victim === undefined) return `removes pod ${ordinal}, which is not condemned`;
      if (victim.pod?.terminating) return `removes pod ${ordinal}, which is going already`;
    }
    return true;
  },
};

/** S7: an ordered set removes the highest only, whoever is above fully gone. */
export const condemnedDescending: Invariant = {
  id: 'S7',
  name: 'condemned-descending',
  check(view) {
    const [first, second] = deletesFor(view, 'condemned');
    if (!view.ordered || first === undefined) return null;
    if (second !== undefined) return `removes pods ${first.ordinal} and ${second.ordinal} at once`;
    const highest = view.condemned[0]?.ordinal;
    return first.ordinal === highest ? true : `removes pod ${first.ordinal} before pod ${highest ?? 'none'} is gone`;
  },
};

/** S7: an ordered set removes a member only while all retained ones are available. */
export const condemnedAfterRetained: Invariant = {
  id: 'S7',
  name: 'condemned-after-retained',
  check(view) {
    const [removed] = deletesFor(view, 'condemned');
    if (!view.ordered || removed === undefined) return null;
    const unhealthy = firstUnhealthy(view);
    return unhealthy === undefined
      ? true
      : `removes pod ${removed.ordinal} while pod ${unhealthy.ordinal} is not available`;
  },
};

/** S7: an ordered set removes an unhealthy member only if no lower condemned one is unavailable. */
export const condemnedHealth: Invariant = {
  id: 'S7',
  name: 'condemned-health',
  check(view) {
    if (!view.ordered) return null;
    const [removed] = deletesFor(view, 'condemned');
    const victim = view.condemned.find((member) => member.ordinal === removed?.ordinal);
    if (victim === undefined || isHealthy(view.setting, victim.pod)) return null;
    const lower = lowestUnavailable(view);
    return lower?.ordinal === victim.ordinal
      ? true
      : `removes unhealthy pod ${victim.ordinal} before ${lower?.ordinal ?? 'none'}`;
  },
};

const lowestUnavailable = ({ condemned, setting }: View) =>
  condemned.findLast((member) => isUnavailable(setting, member.pod));
