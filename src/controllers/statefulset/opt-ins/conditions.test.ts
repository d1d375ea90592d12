import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../../client/resources.ts';
import { forbidden } from '../../../schema/status.ts';
import { pods, sets, startWorld, webSet } from '../testing/world.ts';
import type { StatefulSet, StatefulSetStatus } from '../types.ts';
import { withTimesOf } from './conditions.ts';

const ON = { [OPT_IN.conditions]: 'true' };
const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });

async function started(annotations: Record<string, string> = ON, spec: object = {}) {
  const world = await startWorld();
  await world.client.create(sets, webSet(annotations, spec));
  await world.clock.settle();
  const show = async (type: string) => {
    const found = await world.condition(type);
    return found === undefined ? undefined : `${found.status} ${found.reason}: ${found.message}`;
  };
  return { ...world, show };
}

describe('conditions of a set', () => {
  it('are not there unless asked for, by the set or for all', async () => {
    const off = await started({});
    await off.ready('web-0');
    expect((await off.status())?.conditions).toBeUndefined();
    const everywhere = await startWorld({ StatefulSetConditions: true });
    await everywhere.client.create(sets, webSet({}));
    await everywhere.clock.settle();
    expect((await everywhere.status())?.conditions?.map(({ type }) => type)).toEqual([
      'Available',
      'Progressing',
      'Blocked',
    ]);
  });

  it('follow a set up and through a rollout', async () => {
    const world = await started();
    expect(await world.show('Available')).toBe(
      'False MinimumReplicasUnavailable: 0 of 2 members are available, not: ordinals 0, 1',
    );
    expect(await world.show('Progressing')).toMatch(
      /^True RolloutInProgress: 0 of 2 members are done with revision web-/,
    );
    expect(await world.show('Blocked')).toBe('True PodPending: ordinal 0: pod web-0 is Pending');
    await world.unready('web-0');
    expect(await world.show('Blocked')).toBe('True PodNotReady: ordinal 0: pod web-0 is Running and not Ready');
    await world.ready('web-0');
    expect(await world.show('Blocked')).toBe('True PodPending: ordinal 1: pod web-1 is Pending');
    await world.ready('web-1');
    expect(await world.show('Available')).toBe('True MinimumReplicasAvailable: 2 of 2 members are available');
    expect(await world.show('Progressing')).toMatch(
      /^True RolloutComplete: revision web-\w+ is rolled out to 2 members$/,
    );
    expect(await world.show('Blocked')).toBe('False NotBlocked: nothing is being waited for');

    const since = (await world.condition('Progressing'))?.lastTransitionTime;
    await world.clock.advance(60_000);
    await world.client.patch(sets, 'web', 'merge', image('b'));
    await world.clock.settle();
    expect(await world.show('Available')).toMatch(/^False .* not: ordinal 1$/);
    expect(await world.show('Progressing')).toMatch(/^True RolloutInProgress: 0 of 2/);
    const progressing = await world.condition('Progressing');
    expect(progressing?.lastTransitionTime).toBe(since);
    expect((await world.condition('Available'))?.lastTransitionTime).not.toBe(since);
  });

  it('are written only when something changes, and kept beside those of others', async () => {
    const world = await started();
    await world.ready('web-0');
    await world.ready('web-1');
    const set = await world.client.get<StatefulSet>(sets, 'web');
    const foreign = {
      type: 'Audited',
      status: 'True',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      reason: 'R',
      message: '',
    };
    const status = { ...set.status, conditions: [foreign, ...(set.status?.conditions ?? [])] };
    await world.client.update(sets, { ...set, status } as StatefulSet, 'status');
    await world.clock.settle();
    const writes = world.client.log.length;
    await world.client.patch(sets, 'web', 'merge', { metadata: { labels: { again: 'x' } } });
    await world.clock.settle();
    await world.restartController();
    expect(world.client.log.slice(writes)).toEqual(['patch statefulsets/web']);
    await world.unready('web-0');
    expect((await world.status())?.conditions?.map(({ type }) => type)).toEqual([
      'Audited',
      'Available',
      'Progressing',
      'Blocked',
    ]);
    await world.client.patch(sets, 'web', 'merge', { metadata: { annotations: { [OPT_IN.conditions]: null } } });
    await world.clock.settle();
    expect((await world.status())?.conditions).toBeUndefined();
  });

  it('tell what is in the way: other pods, claims, refusals, termination', async () => {
    const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
    const template = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } };
    const world = await started(ON, { volumeClaimTemplates: [template] });
    expect(await world.show('Blocked')).toBe(
      'True ClaimPending: ordinal 0: pod web-0 waits for claim data-web-0, which is Pending',
    );
    await world.client.update(
      claims,
      { ...(await world.client.get(claims, 'data-web-0')), status: { phase: 'Bound' } },
      'status',
    );
    const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes' };
    await world.setStatus('web-0', { conditions: [unscheduled] });
    expect(await world.show('Blocked')).toBe('True PodPending: ordinal 0: pod web-0 is not scheduled: no nodes');

    const squatter = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' }, spec: { containers: [] } };
    await world.client.create(pods, squatter);
    await world.ready('web-0');
    expect(await world.show('Blocked')).toBe(
      'True ConflictingPod: ordinal 1: a pod web-1 exists that is not of this set',
    );
    world.client.intercept = ({ verb, resource, name }) => {
      if (verb === 'create' && resource === 'pods') throw forbidden(pods, name, 'exceeded quota');
    };
    await world.client.delete(pods, 'web-1');
    await world.clock.advance(1_000_000);
    expect(await world.show('Blocked')).toMatch(/^True FailedCreate: ordinal 1: pod web-1: .*exceeded quota$/);
    await world.client.patch(pods, 'web-0', 'merge', { metadata: { finalizers: ['x/y'] } });
    await world.client.delete(pods, 'web-0');
    await world.clock.settle();
    expect(await world.show('Blocked')).toBe('True WaitingForTermination: ordinal 0: pod web-0 is terminating');
  });
});

it('a condition that a later status holds already keeps its time, whatever an earlier one was computed from', () => {
  const condition = (type: string, status: string, lastTransitionTime: string) => ({
    type,
    status,
    lastTransitionTime,
    reason: 'R',
    message: '',
  });
  const there = [condition('Available', 'True', 't1'), condition('Blocked', 'True', 't1')];
  const next = [
    condition('Available', 'True', 't2'),
    condition('Blocked', 'False', 't2'),
    condition('Progressing', 'True', 't2'),
  ];
  const status = (conditions: object[]) => ({ conditions }) as unknown as StatefulSetStatus;
  const set = { ...webSet({}), status: status(there) } as StatefulSet;
  expect(withTimesOf(set, status(next)).conditions?.map((one) => one.lastTransitionTime)).toEqual(['t1', 't2', 't2']);
});

describe('the progress deadline', () => {
  const quick = { ...ON, [OPT_IN.progressDeadline]: '60' };

  it('is over when no member gets further, and is not forgotten at a restart', async () => {
    const world = await started(quick);
    await world.clock.advance(50_000);
    await world.ready('web-0');
    await world.clock.advance(59_000);
    expect(await world.show('Progressing')).toMatch(/^True RolloutInProgress/);
    await world.clock.advance(1_000);
    expect(await world.show('Progressing')).toMatch(
      /^False ProgressDeadlineExceeded: no progress for 60 seconds: 1 of 2 members are done/,
    );
    const writes = world.client.log.length;
    await world.restartController();
    await world.clock.advance(600_000);
    expect(world.client.log.slice(writes)).toEqual([]);
    await world.ready('web-1');
    expect(await world.show('Progressing')).toMatch(/^True RolloutComplete/);
  });

  it('is not put off by a member that comes and goes', async () => {
    const world = await started(quick);
    await world.ready('web-0');
    for (let time = 0; time < 60_000; time += 10_000) {
      await world.unready('web-1');
      await world.unready('web-0');
      await world.clock.advance(10_000);
      await world.ready('web-0');
    }
    expect(await world.show('Progressing')).toMatch(/^False ProgressDeadlineExceeded/);
  });

  it('does not run for a set that was complete and lost a member, and starts with a new spec', async () => {
    const world = await started(quick);
    await world.ready('web-0');
    await world.ready('web-1');
    await world.unready('web-1');
    await world.clock.advance(600_000);
    expect(await world.show('Progressing')).toMatch(/^True RolloutComplete/);
    await world.restartController();
    await world.clock.advance(600_000);
    expect(await world.show('Progressing')).toMatch(/^True RolloutComplete/);
    await world.client.patch(sets, 'web', 'merge', { spec: { replicas: 3 } });
    await world.clock.advance(59_000);
    expect(await world.show('Progressing')).toMatch(/^True RolloutInProgress/);
    await world.clock.advance(2_000);
    expect(await world.show('Progressing')).toMatch(/^False ProgressDeadlineExceeded/);
  });
});
