import { describe, expect, it } from 'vitest';
import { decide } from '../../controllers/statefulset/decide.ts';
import type { Action } from '../../controllers/statefulset/plan.ts';
import type { StatefulSet } from '../../controllers/statefulset/types.ts';
import { ROLLOUT } from './alphabets.ts';
import { settings } from './families.ts';
import { exploreModel } from './index.ts';
import { DECISIONS, type Decisions } from './pass.ts';
import { anyWorld, STARTS } from './walks.ts';

/** The real decision without some of its actions. */
const without = (dropped: (action: Action) => boolean): Decisions => ({
  ...DECISIONS,
  decide: (observed, now) => {
    const plan = decide(observed, now);
    const kept = (units: (typeof plan.batches)[number]) =>
      units.map((unit) => unit.filter((action) => !dropped(action))).filter((unit) => unit.length > 0);
    return { ...plan, batches: plan.batches.map(kept) };
  },
});

const walkOnly = (name: string) => ({ families: [], starts: STARTS.filter((start) => start.name === name) });

describe('the decision in small worlds', () => {
  // The whole of it: npm run simulate -- --model
  const report = exploreModel({ stride: 101, walkStride: 8 });

  it('breaks no predicate', () => {
    expect(report.violations).toEqual([]);
    expect(report.states).toBeGreaterThan(40_000);
  });

  it('is judged by every predicate', () => {
    expect(report.invariants.filter((tally) => tally.evaluated === 0)).toEqual([]);
  });

  it('is looked at in every configuration', () => {
    const empty = [...report.families, ...report.walks].flatMap((part) =>
      part.configurations.filter(({ states }) => states === 0),
    );
    expect(empty).toEqual([]);
  });
});

describe('walks', () => {
  it('tell when a set never comes to what was asked for', () => {
    const [setting] = settings({}, [[0, 3]]);
    const start = { name: 'any', settings: [setting!], initial: anyWorld(ROLLOUT, 3) };
    const decisions = without((action) => action.kind === 'create');
    const { violations } = exploreModel({ families: [], starts: [start], decisions });
    expect(violations.find(({ invariant }) => invariant === 'convergence')?.text).toBe('comes to rest too early');
  });

  it('tell when a set goes round for ever', () => {
    const decisions: Decisions = {
      ...DECISIONS,
      // Never content with a healthy first member.
      decide: (observed, now) => {
        const plan = decide(observed, now);
        const pod = observed.pods[0];
        if (plan.batches.length > 0 || pod === undefined) return plan;
        return { ...plan, batches: [[[{ kind: 'delete', pod, why: 'condemned' }]]] };
      },
    };
    const { violations } = exploreModel({ ...walkOnly('rollouts of healthy sets'), walkStride: 100, decisions });
    expect(violations.find(({ invariant }) => invariant === 'convergence')?.text).toBe('goes round for ever');
  });

  it('tell when more members are down than may be', () => {
    const decisions: Decisions = {
      ...DECISIONS,
      decide: (observed, now) => decide({ ...observed, maxUnavailable: true, set: wide(observed.set) }, now),
    };
    const { violations } = exploreModel({ ...walkOnly('rollouts of healthy sets'), walkStride: 100, decisions });
    expect(violations.find(({ invariant }) => invariant === 'always')?.text).toBe('2 members are down, 1 may be');
  });

  it('tell when data is lost', () => {
    const decisions = without(({ kind }) => kind === 'fix-claim-owners' || kind === 'repair');
    const { violations } = exploreModel({ ...walkOnly('scaling after the policy became Retain'), decisions });
    expect(violations.find(({ invariant }) => invariant === 'always')?.text).toMatch(/the claim of pod \d is lost/);
  });
});

/** The set with room for two members to be down. */
function wide(set: StatefulSet): StatefulSet {
  return { ...set, spec: { ...set.spec, updateStrategy: { rollingUpdate: { partition: 0, maxUnavailable: 2 } } } };
}
