import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { membersOf } from '../members.ts';
import { aSet, type Member, NOW, observe, type State, template } from '../testing/members.ts';
import { blockageOf } from './blockage.ts';
import { ProgressWatch, reachedOf } from './progress.ts';

const rollout = { update: { name: 'web-B', template } };
const B = (state: State): Member => ({ state, revision: 'B' });

describe('progress', () => {
  it('is a new best, not a recovery', () => {
    const watch = new ProgressWatch();
    const set = aSet({});
    const remaining = (members: readonly (Member | State)[], at: number) => {
      const observed = observe(set, members, rollout);
      const { status } = decide(observed, NOW);
      return watch.remainingMs(set, status, reachedOf(observed, membersOf(observed), NOW), 60_000, NOW + at);
    };
    expect(remaining(['ready', 'ready', B('ready')], 0)).toBe(60_000);
    expect(remaining(['ready', B('pending'), B('unready')], 10_000)).toBe(60_000);
    expect(remaining(['ready', B('pending'), B('ready')], 20_000)).toBe(50_000);
    expect(remaining(['ready', 'absent', B('ready')], 30_000)).toBe(40_000);
    expect(remaining(['ready', B('ready'), B('ready')], 40_000)).toBe(60_000);
    expect(remaining(['ready', B('unready'), B('unready')], 200_000)).toBe(0);
    expect(remaining([B('ready'), B('ready'), B('ready')], 210_000)).toBeNull();
    watch.forget('set-uid');
    expect(remaining(['ready', 'ready', 'ready'], 300_000)).toBe(60_000);
  });

  it('does not wait for members below the partition, nor for any under OnDelete', () => {
    const reached = (spec: object) => {
      const observed = observe(aSet({}, spec), ['ready', 'ready', B('ready')], rollout);
      return reachedOf(observed, membersOf(observed), NOW).done;
    };
    expect(reached({})).toBe(1);
    expect(reached({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } })).toBe(2);
    expect(reached({ updateStrategy: { type: 'OnDelete' } })).toBe(3);
  });
});

describe('what a set waits for', () => {
  const parallel = { podManagementPolicy: 'Parallel' };
  const waits = (members: readonly (Member | State)[], spec: object = {}, extra: object = rollout) => {
    const observed = observe(aSet({}, spec), members, extra);
    return blockageOf(observed, membersOf(observed), decide(observed, NOW), NOW)?.message ?? null;
  };

  it('is nothing while it can act', () => {
    expect(waits(['unready', 'ready', 'ready'], parallel)).toBeNull();
    expect(waits(['ready', 'failed', 'ready'])).toBeNull();
    expect(waits(['ready', 'absent', 'ready'])).toBeNull();
  });

  it('is the lowest member of an ordered set, and the highest new one of a parallel rollout', () => {
    expect(waits(['ready', 'unready', B('unready')])).toMatch(/^ordinal 1: /);
    expect(waits(['unready', 'ready', B('unready')], parallel)).toMatch(/^ordinal 2: /);
    expect(waits(['unready', B('unready'), B('ready')], parallel)).toMatch(/^ordinal 1: /);
  });

  it('is the highest surplus member while it goes', () => {
    expect(waits(['ready', 'ready', 'terminating'], { replicas: 1 }, {})).toBe('ordinal 2: pod web-2 is terminating');
    expect(waits(['ready', 'unready', 'unready'], { replicas: 1 }, {})).toMatch(/^ordinal 2: pod web-2 is Running/);
  });
});
