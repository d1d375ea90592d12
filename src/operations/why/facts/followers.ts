import { containersOf } from './pod-facts.ts';
import type { Member, SetFacts } from './set-facts.ts';

/** Restarts beyond this are not the stumbling of a start. */
const MANY_RESTARTS = 2;

/** Started and failed more than once. */
export function crashed({ pod }: Member): boolean {
  if (pod === null) return false;
  return containersOf(pod).some(({ status, init }) => {
    const last = status?.lastState?.terminated ?? status?.state?.terminated;
    return (
      !init &&
      status !== undefined &&
      status.restartCount >= MANY_RESTARTS &&
      !status.ready &&
      last !== undefined &&
      last.exitCode !== 0
    );
  });
}

/** Parallel: members above the lowest that crash at their start, when they are half of them or more. */
export function crashingFollowers({ ordered, members, replicas }: SetFacts): readonly Member[] {
  if (ordered) return [];
  const followers = members.slice(1).filter(crashed);
  return followers.length < (replicas - 1) / 2 ? [] : followers;
}
