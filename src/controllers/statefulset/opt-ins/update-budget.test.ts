import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import { aSet, observe, type State, template, written } from '../testing/members.ts';
import { type BudgetMember, chooseWithinBudget } from './update-budget.ts';

const CORRECTED = { [OPT_IN.counting]: 'corrected' };
const rollout = { update: { name: 'web-B', template } };

function parallel(annotations: Record<string, string>, rollingUpdate: object = { maxUnavailable: 2 }) {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
  return aSet(annotations, { replicas: 5, podManagementPolicy: 'Parallel', updateStrategy });
}

describe('maxUnavailable with the corrected counting', () => {
  const upstream = (...members: State[]) =>
    written(observe(parallel({}), members, { ...rollout, maxUnavailable: true }));
  const corrected = (...members: State[]) => written(observe(parallel(CORRECTED), members, rollout));

  it('is not blocked by broken old members (kubernetes 137409), which it replaces first', () => {
    expect(upstream('unready', 'unready', 'ready', 'ready', 'ready')).toEqual([]);
    expect(corrected('unready', 'unready', 'ready', 'ready', 'ready')).toEqual(['delete web-1', 'delete web-0']);
  });

  it('does not pay twice for a broken member that it replaces', () => {
    expect(upstream('ready', 'ready', 'ready', 'ready', 'unready')).toEqual(['delete web-4']);
    expect(corrected('ready', 'ready', 'ready', 'ready', 'unready')).toEqual(['delete web-4', 'delete web-3']);
  });

  it('is the same with all members well', () => {
    expect(upstream('ready', 'ready', 'ready', 'ready', 'ready')).toEqual(['delete web-4', 'delete web-3']);
    expect(corrected('ready', 'ready', 'ready', 'ready', 'ready')).toEqual(['delete web-4', 'delete web-3']);
  });

  it('never sends all broken members to the new revision at once', () => {
    expect(corrected('unready', 'unready', 'unready', 'unready', 'unready')).toEqual(['delete web-4', 'delete web-3']);
    const B = { state: 'unready', revision: 'B' } as const;
    expect(written(observe(parallel(CORRECTED), ['unready', 'unready', 'unready', B, B], rollout))).toEqual([]);
  });

  it('counts what is broken below the partition, and leaves it', () => {
    const held = parallel(CORRECTED, { maxUnavailable: 2, partition: 2 });
    expect(written(observe(held, ['unready', 'ready', 'ready', 'ready', 'ready'], rollout))).toEqual(['delete web-4']);
    expect(written(observe(held, ['unready', 'unready', 'ready', 'ready', 'ready'], rollout))).toEqual([]);
  });
});

describe('in every set of four members', () => {
  const kinds: readonly BudgetMember[] = [
    { unavailable: false, underway: false, replaceable: true, free: false },
    { unavailable: true, underway: false, replaceable: true, free: false },
    { unavailable: false, underway: false, replaceable: false, free: false },
    { unavailable: true, underway: true, replaceable: false, free: false },
    { unavailable: true, underway: false, replaceable: false, free: false },
  ];
  const worlds: BudgetMember[][] = kinds.flatMap((a) =>
    kinds.flatMap((b) => kinds.flatMap((c) => kinds.map((d) => [a, b, c, d]))),
  );
  const unavailable = (members: readonly BudgetMember[]) => members.filter((member) => member.unavailable).length;

  it('without free members the choice is upstream’s', () => {
    for (const members of worlds) {
      for (const allowed of [1, 2, 3]) {
        const old = members.flatMap((member, index) => (member.replaceable ? [index] : [])).reverse();
        const expected = old.slice(0, Math.max(0, allowed - unavailable(members)));
        expect(chooseWithinBudget(members, allowed)).toEqual(expected);
      }
    }
  });

  it('with them no healthy one goes beyond the budget, and what can go on does', () => {
    for (const world of worlds) {
      const members = world.map((member) => ({ ...member, free: member.replaceable && member.unavailable }));
      for (const allowed of [1, 2, 3]) {
        const chosen = chooseWithinBudget(members, allowed);
        const healthy = chosen.filter((index) => !members[index]!.unavailable).length;
        if (healthy > 0) expect(unavailable(members) + healthy).toBeLessThanOrEqual(allowed);
        const underway = members.filter((member) => member.underway).length;
        expect(chosen.length + underway).toBeLessThanOrEqual(Math.max(allowed, underway));
        const broken = members.some((member) => member.free);
        if (broken && underway < allowed) expect(chosen.length).toBeGreaterThan(0);
      }
    }
  });
});
