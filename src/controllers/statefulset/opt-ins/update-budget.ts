/** A member in range, as the budget of a rolling update sees it. */
export interface BudgetMember {
  readonly unavailable: boolean;
  /** Unavailable on its way to the new revision: there already, terminating, or missing. */
  readonly underway: boolean;
  /** At an old revision, not terminating, and from the partition on. */
  readonly replaceable: boolean;
  /** Replacing it costs nothing, because it gives nothing now. Upstream knows no such member. */
  readonly free: boolean;
}

/**
 * Indices of the members to replace now, highest first, with at most `allowed` unavailable (statefulset.md 1.7).
 *
 * Upstream lets everything that is unavailable use the budget up, so that `allowed` broken old members stop a rollout for
 * good (kubernetes issue 137409), and a broken one that is replaced is paid for twice. A free member is replaced without
 * taking from what healthy ones may use. Two things hold either way: no healthy member goes while `allowed` are
 * unavailable for whatever reason, and no more than `allowed` are on their way to the new revision.
 */
export function chooseWithinBudget(members: readonly BudgetMember[], allowed: number): number[] {
  let healthyRoom = allowed - members.filter((member) => member.unavailable).length;
  let room = allowed - members.filter((member) => member.underway).length;
  const chosen: number[] = [];
  for (let index = members.length - 1; index >= 0 && room > 0; index--) {
    const { replaceable, free } = members[index]!;
    if (!replaceable || (!free && healthyRoom <= 0)) continue;
    if (!free) healthyRoom--;
    room--;
    chosen.push(index);
  }
  return chosen;
}
