import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { Pod } from '../../framework/objects.ts';
import { aPod, aSet, iso, NOW, observe, template, written } from '../testing/members.ts';
import { pods, sets, startWorld, webSet } from '../testing/world.ts';
import { FAILURES_ANNOTATION, failuresWith, nextRecreationMs, recreationWaitMs } from './ordinal-backoff.ts';

const ON = { [OPT_IN.backoff]: '10s..1m' };
const set = aSet(ON);

/** Failed `agoMs` ago after living a minute, with so many failures before it. */
function failed(before: number, agoMs = 0): Pod {
  const pod = aPod(set, 0, { state: 'failed' });
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      creationTimestamp: iso(NOW - agoMs - 60_000),
      ...(before === 0 ? {} : { annotations: { [FAILURES_ANNOTATION]: String(before) } }),
    },
    status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { finishedAt: iso(NOW - agoMs) } } }] },
  };
}

describe('backoff of an ordinal', () => {
  it('starts after the second failure in a row and doubles up to the longest', () => {
    const waits = [0, 1, 2, 3, 4, 5].map((before) => recreationWaitMs(set, failed(before), NOW));
    expect(waits).toEqual([0, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(recreationWaitMs(set, failed(2, 15_000), NOW)).toBe(5_000);
    expect(recreationWaitMs(set, failed(2, 20_000), NOW)).toBe(0);
    expect(recreationWaitMs(aSet({}), failed(5), NOW)).toBe(0);
  });

  it('counts afresh after a pod that held for twice the longest delay', () => {
    const pod = failed(4);
    const old = { ...pod, metadata: { ...pod.metadata, creationTimestamp: iso(NOW - 120_000) } };
    expect([failuresWith(set, pod), failuresWith(set, old)]).toEqual([5, 1]);
  });

  it('goes by the last transition where no container ran, and trusts no time far ahead', () => {
    const pod = failed(1);
    const evicted = {
      ...pod,
      status: {
        phase: 'Failed',
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: iso(NOW - 4_000) }],
      },
    };
    expect(recreationWaitMs(set, evicted, NOW)).toBe(6_000);
    expect(recreationWaitMs(set, failed(1, -3_600_000), NOW)).toBe(0);
    expect(recreationWaitMs(set, failed(1, -2_000), NOW)).toBe(12_000);
  });

  it('leaves the failed pod, unless it would come back at another revision', () => {
    const observed = { ...observe(aSet(ON), []), pods: [failed(3)] };
    expect(written(observed)).toEqual([]);
    expect(nextRecreationMs(set, [failed(3), failed(1)], NOW)).toBe(10_000);
    expect(written(observed, NOW + 40_000)).toEqual(['delete web-0']);
    expect(written({ ...observed, update: { name: 'web-B', template } })).toEqual(['delete web-0']);
  });
});

describe('a member that fails at once', () => {
  it('is made anew later each time, over restarts of the controller, and at once when a user deletes it', async () => {
    const world = await startWorld();
    const { clock, client } = world;
    const created = () => client.log.filter((line) => line === 'create pods/web-0').length;
    await client.create(sets, webSet(ON, { replicas: 1 }));
    await clock.settle();
    await world.fail('web-0');
    expect(created()).toBe(2);
    await world.fail('web-0');
    expect(created()).toBe(2);
    await clock.advance(9_000);
    expect(created()).toBe(2);
    await clock.advance(1_000);
    expect(created()).toBe(3);
    await world.restartController();
    await world.fail('web-0');
    await clock.advance(19_000);
    expect(created()).toBe(3);
    await clock.advance(1_000);
    expect(created()).toBe(4);
    expect((await client.get(pods, 'web-0')).metadata.annotations?.[FAILURES_ANNOTATION]).toBe('3');
    await client.delete(pods, 'web-0');
    await clock.settle();
    expect((await client.get(pods, 'web-0')).metadata.annotations).toBeUndefined();
  });
});
