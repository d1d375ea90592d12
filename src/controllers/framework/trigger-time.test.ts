import { expect, it } from 'vitest';
import type { Pod } from './objects.ts';
import type { Service } from './services.ts';
import { TriggerTimes, withTriggerTime } from './trigger-time.ts';

const service = { metadata: { name: 's', creationTimestamp: '2026-01-01T00:00:00Z' } } as Service;
const pod = (name: string, second: number): Pod =>
  ({
    metadata: { name, uid: name },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: `2026-01-01T00:00:0${second}Z` }] },
  }) as unknown as Pod;

it('starts with the creation of the service, then names the earliest change since', () => {
  const times = new TriggerTimes();
  expect(times.next('n/s', service, [pod('a', 1)])).toBe('2026-01-01T00:00:00Z');
  expect(times.next('n/s', service, [pod('a', 1)])).toBeNull();
  expect(times.next('n/s', service, [pod('a', 3), pod('b', 2)])).toBe('2026-01-01T00:00:02Z');
  expect(times.next('n/s', service, [pod('a', 3)])).toBeNull();
  times.forget('n/s');
  expect(times.next('n/s', service, [])).toBe('2026-01-01T00:00:00Z');
});

it('takes an old time away when there is no new one', () => {
  const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': 'x', other: 'y' };
  expect(withTriggerTime(annotations, null)).toEqual({ other: 'y' });
  expect(withTriggerTime(undefined, null)).toBeUndefined();
  expect(withTriggerTime(undefined, 't')).toEqual({ 'endpoints.kubernetes.io/last-change-trigger-time': 't' });
});
