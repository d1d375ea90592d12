import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { Condition, Pod } from '../../framework/objects.ts';
import { decide } from '../decide.ts';
import type { Observed } from '../plan.ts';
import { aPod, aSet, BORN, iso, type Member, NOW, observe, type State, template, written } from '../testing/members.ts';
import { isNeverReady } from './stuck-rollout.ts';

const ON = { [OPT_IN.stuckRollout]: 'replace-never-ready' };
/** Rolling back to A, or on to C, with B left behind. */
const back = { update: { name: 'web-A', template } };
const on = { update: { name: 'web-C', template } };
const B = (state: State): Member => ({ state, revision: 'B' });

function deletes(observed: Observed): string[] {
  return written(observed).filter((line) => line.includes('delete'));
}

describe('a rollout stuck on a member that was never ready', () => {
  it('is upstream’s trap by default (kubernetes 67250)', () => {
    expect(deletes(observe(aSet({}), ['ready', 'ready', B('starting')], back))).toEqual([]);
    expect(deletes(observe(aSet({}), ['ready', 'ready', B('pending')], on))).toEqual([]);
  });

  it('replaces it', () => {
    expect(deletes(observe(aSet(ON), ['ready', 'ready', B('starting')], back))).toEqual(['delete web-2']);
    expect(deletes(observe(aSet(ON), ['ready', 'ready', B('pending')], on))).toEqual(['delete web-2']);
    const plan = decide(observe(aSet(ON), ['ready', 'ready', B('starting')], back), NOW);
    expect(plan.batches.flat(2).map((action) => (action.kind === 'delete' ? action.why : ''))).toEqual(['stuck']);
  });

  it('leaves a member at the target revision alone, and one that was once ready', () => {
    expect(deletes(observe(aSet(ON), ['ready', 'ready', { state: 'starting', revision: 'A' }], back))).toEqual([]);
    expect(deletes(observe(aSet(ON), ['ready', 'ready', B('unready')], back))).toEqual([]);
    const seen = { ...back, lostReadiness: () => true };
    expect(deletes(observe(aSet(ON), ['ready', 'ready', B('starting')], seen))).toEqual([]);
  });

  it('leaves members below the partition alone, and all under OnDelete', () => {
    const held = aSet(ON, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    expect(deletes(observe(held, ['ready', B('starting'), 'ready'], on))).toEqual([]);
    expect(deletes(observe(held, ['ready', 'ready', B('starting')], on))).toEqual(['delete web-2']);
    const manual = aSet(ON, { updateStrategy: { type: 'OnDelete' } });
    expect(deletes(observe(manual, ['ready', 'ready', B('starting')], on))).toEqual([]);
  });

  it('takes the highest first, one at a time', () => {
    const set = aSet(ON);
    expect(deletes(observe(set, ['ready', B('starting'), B('pending')], back))).toEqual(['delete web-2']);
    const going = observe(set, ['ready', B('starting'), B('terminating')], back);
    expect(deletes(going)).toEqual([]);
    expect(deletes(observe(set, ['ready', B('starting'), 'absent'], back))).toEqual(['delete web-1']);
  });

  it('keeps waiting for a lower member that is to become ready', () => {
    const set = aSet(ON);
    expect(deletes(observe(set, ['unready', 'ready', B('starting')], back))).toEqual([]);
    expect(deletes(observe(set, ['absent', 'ready', B('starting')], back))).toEqual([]);
  });

  it('is not what uses up maxUnavailable of a parallel set', () => {
    const parallel = (annotations: Record<string, string>) =>
      aSet(annotations, {
        replicas: 4,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } },
      });
    const gate = { ...back, maxUnavailable: true };
    const members = ['ready', B('ready'), B('starting'), B('starting')] as const;
    expect(deletes(observe(parallel({}), members, gate))).toEqual([]);
    expect(deletes(observe(parallel(ON), members, gate))).toEqual(['delete web-3', 'delete web-2']);
  });
});

describe('proof that a pod was never ready', () => {
  const pod = aPod(aSet({}), 0, { state: 'starting' });
  const withReady = (condition: Omit<Condition, 'type'> | null, status: object = {}): Pod => ({
    ...pod,
    status: { ...pod.status, ...status, conditions: condition === null ? [] : [{ type: 'Ready', ...condition }] },
  });
  const never = (candidate: typeof pod) => isNeverReady(candidate, () => false);

  it('needs a condition as old as the pod, or none', () => {
    expect(never(withReady(null))).toBe(true);
    expect(never(withReady({ status: 'False', lastTransitionTime: iso(BORN) }))).toBe(true);
    expect(never(withReady({ status: 'False', lastTransitionTime: iso(BORN + 1000) }))).toBe(false);
    expect(never(withReady({ status: 'False', lastTransitionTime: iso(BORN - 3_600_000) }))).toBe(false);
    expect(never(withReady({ status: 'True', lastTransitionTime: iso(BORN) }))).toBe(false);
    expect(never(withReady({ status: 'Unknown', lastTransitionTime: iso(BORN + 1000) }))).toBe(false);
  });

  it('is not had from times that are missing', () => {
    expect(never(withReady({ status: 'False' }))).toBe(false);
    expect(never(withReady({ status: 'False', lastTransitionTime: iso(BORN) }, { startTime: undefined }))).toBe(false);
  });
});
