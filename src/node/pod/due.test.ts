import { expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { dueOf } from './due.ts';

const pod = (spec: object, more: object = {}): KubeObject =>
  ({ metadata: { name: 'p' }, spec, status: {}, ...more }) as unknown as KubeObject;

it('ends a deleted pod within the grace of its deletion, and one that is over at once', () => {
  const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 7 } };
  expect(dueOf(pod({ terminationGracePeriodSeconds: 60 }, deleted), 0, 0)).toEqual({ kind: 'end', graceMs: 7000 });
  expect(dueOf(pod({}, { status: { phase: 'Failed' } }), 0, 0)).toEqual({ kind: 'end', graceMs: 0 });
});

it('counts the active deadline from the start time', () => {
  const limited = pod({ activeDeadlineSeconds: 5 });
  expect(dueOf(limited, 1000, 5999)).toEqual({ kind: 'go on', until: 6000 });
  expect(dueOf(limited, 1000, 6000)).toEqual({ kind: 'overdue' });
  expect(dueOf(pod({}), 0, 1e12)).toEqual({ kind: 'go on', until: null });
});
