import { isFinished, isHealthy, isHeldBack, isOld, isUnavailable, isUpdatable, type View } from '../view.ts';
import { followsTable, isStale } from './claims.ts';
import type { Invariant } from './invariant.ts';

/** Everything is as the spec wants it; what remains old stands below the partition or waits for the user. */
export function isSettled(view: View): boolean {
  const { setting, members, condemned, world } = view;
  if (condemned.length > 0 || setting.deleting) return condemned.length === 0 && members.length === 0;
  return members.every(({ pod, claim, ordinal }) => {
    if (!isHealthy(setting, pod) || pod.drifted || world.slots[ordinal]?.pod?.owner !== 'set') return false;
    if (setting.claims && claim !== null && !isStale(claim) && !followsTable(setting, ordinal, claim)) return false;
    return setting.strategy === 'OnDelete' || !isOld(pod) || !isUpdatable(setting, ordinal);
  });
}

/** L6: where all is as it should be, nothing is written. */
export const settledIsIdle: Invariant = {
  id: 'L6',
  name: 'settled-is-idle',
  check(view) {
    if (!isSettled(view)) return null;
    const writes = view.pass.steps.length + view.pass.adopted.length;
    return writes === 0 ? true : `writes ${writes} times though all is as it should be`;
  },
};

/** The reasons for which a set may do nothing although it is not settled, by name. */
const REASONS: Readonly<Record<string, (view: View) => boolean>> = {
  'the set is being deleted': ({ setting }) => setting.deleting,
  'a member of an ordered set is not healthy yet': ({ ordered, members, setting }) =>
    ordered && members.some(({ pod }) => pod !== null && !isHealthy(setting, pod)),
  'a member waits for the claim of its predecessor to go': ({ members, setting }) =>
    members.some((member) => isHeldBack(setting, member)),
  'a condemned member is terminating': ({ condemned }) => condemned.some(({ pod }) => pod!.terminating),
  'two condemned members of an ordered set are unhealthy': ({ ordered, condemned, setting }) =>
    ordered && condemned.filter(({ pod }) => !isHealthy(setting, pod)).length > 1,
  // Step 3 overlooks the phase, so such a member is never the lowest unavailable one.
  'a condemned member is Ready without running': ({ ordered, condemned, setting }) =>
    ordered && condemned.some(({ pod }) => !isHealthy(setting, pod) && !isUnavailable(setting, pod)),
  'a member is unavailable, and the update waits for it': ({ members, setting }) =>
    members.some(({ pod }) => isUnavailable(setting, pod)),
  'a member is on its way out': ({ members }) => members.some(({ pod }) => pod?.terminating === true),
  'a member of a parallel set is not running, and no update concerns it': ({ ordered, members, setting }) =>
    !ordered && members.some(({ pod }) => pod !== null && !isFinished(pod) && !isHealthy(setting, pod)),
};

/** L1: unless all is as it should be or a named reason to wait holds, something is done. */
export const noSilentWait: Invariant = {
  id: 'L1',
  name: 'no-silent-wait',
  check(view) {
    const { steps, adopted, released } = view.pass;
    if (steps.length + adopted.length + released.length > 0 || isSettled(view)) return null;
    return Object.values(REASONS).some((holds) => holds(view)) ? true : 'nothing is done, and nothing says why';
  },
};

/** Rests that only a person ends, as upstream has them (1.11), by name. */
const TRAPS: Readonly<Record<string, (view: View) => boolean>> = {
  'an ordered set has two condemned members that failed': ({ ordered, condemned }) =>
    ordered && condemned.filter(({ pod }) => isFinished(pod!)).length > 1,
};

/** The trap a set at rest is in, or null. */
export function trapOf(view: View): string | null {
  return Object.keys(TRAPS).find((name) => TRAPS[name]!(view)) ?? null;
}
