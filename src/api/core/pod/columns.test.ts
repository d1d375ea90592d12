import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../schema/object.ts';
import type { Json } from '../../shared/json.ts';
import { podColumns, podRowConditions, summarizePod } from './columns.ts';

const NOW = Date.UTC(2026, 0, 1, 1);

function podOf(status: Json, spec: Json = { containers: [{ name: 'c' }] }, metadata: Json = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec, status };
}

const statusOf = (status: Json, spec?: Json, metadata?: Json): string =>
  summarizePod(podOf(status, spec, metadata)).status;
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };

describe('STATUS of a pod', () => {
  it('is the phase until a container says more', () => {
    expect(statusOf({ phase: 'Pending' })).toBe('Pending');
    expect(statusOf({ phase: 'Failed', reason: 'Evicted' })).toBe('Evicted');
    const waiting = { name: 'c', state: { waiting: { reason: 'ImagePullBackOff' } } };
    expect(statusOf({ phase: 'Pending', containerStatuses: [waiting] })).toBe('ImagePullBackOff');
  });

  it('names how a container ended', () => {
    const ended = (terminated: Json) => statusOf({ phase: 'Running', containerStatuses: [{ state: { terminated } }] });
    expect(ended({ exitCode: 1, reason: 'Error' })).toBe('Error');
    expect(ended({ exitCode: 137, signal: 9 })).toBe('Signal:9');
    expect(ended({ exitCode: 3 })).toBe('ExitCode:3');
  });

  it('tells the progress of init containers', () => {
    const spec = { initContainers: [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'c' }] };
    const done = { name: 'a', state: { terminated: { exitCode: 0 } } };
    const init = (state: Json) =>
      statusOf({ phase: 'Pending', initContainerStatuses: [done, { name: 'b', state }] }, spec);
    expect(init({ running: {} })).toBe('Init:1/2');
    expect(init({ waiting: { reason: 'PodInitializing' } })).toBe('Init:1/2');
    expect(init({ waiting: { reason: 'CrashLoopBackOff' } })).toBe('Init:CrashLoopBackOff');
    expect(init({ terminated: { exitCode: 2 } })).toBe('Init:ExitCode:2');
  });

  it('shows completed beside running by readiness', () => {
    const containerStatuses = [
      { name: 'a', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'b', ready: true, state: running },
    ];
    expect(statusOf({ phase: 'Running', containerStatuses })).toBe('NotReady');
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect(statusOf({ phase: 'Running', containerStatuses, conditions })).toBe('Running');
  });

  it('is Terminating while it is being deleted, Unknown when its node is lost', () => {
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(statusOf({ phase: 'Running' }, undefined, deleted)).toBe('Terminating');
    expect(statusOf({ phase: 'Succeeded' }, undefined, deleted)).toBe('Succeeded');
    expect(statusOf({ phase: 'Running', reason: 'NodeLost' }, undefined, deleted)).toBe('Unknown');
  });

  it('says when gates hold it back', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }];
    expect(statusOf({ phase: 'Pending', conditions })).toBe('SchedulingGated');
  });
});

describe('READY and RESTARTS of a pod', () => {
  it('count sidecars as containers', () => {
    const spec = { initContainers: [{ name: 's', restartPolicy: 'Always' }], containers: [{ name: 'c' }] };
    const summary = summarizePod(
      podOf(
        {
          phase: 'Running',
          initContainerStatuses: [{ name: 's', started: true, ready: true, restartCount: 2, state: running }],
          containerStatuses: [{ name: 'c', ready: true, restartCount: 1, state: running }],
        },
        spec,
      ),
    );
    expect(summary).toMatchObject({ ready: 2, total: 2, restarts: 3, status: 'Running' });
  });

  it('tell how long ago the last restart was', () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } };
    const pod = podOf({ phase: 'Running', containerStatuses: [{ restartCount: 3, lastState, state: running }] });
    const restarts = podColumns.find((column) => column.name === 'Restarts');
    expect(restarts?.cell(pod, NOW)).toBe('3 (5m ago)');
  });
});

it('marks rows of finished pods', () => {
  expect(podRowConditions(podOf({ phase: 'Succeeded' }))[0]).toMatchObject({ type: 'Completed', reason: 'Succeeded' });
  expect(podRowConditions(podOf({ phase: 'Running' }))).toEqual([]);
});
