import { expect, test } from 'vitest';
import { S7 } from './s07-ordered-removal.ts';
import { CheckerBench, type Draft, pod, WEB, webPod, webSet } from './testing.ts';

const UNREADY: Draft = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } };

/** What is said of the removal of a member of a set of one replica that had four. */
function remove(
  ordinal: number,
  changes: Readonly<Record<number, Draft | null>> = {},
  spec: object = {},
): readonly string[] {
  const bench = new CheckerBench(S7);
  bench.put(WEB, webSet({ replicas: 1, ...spec }));
  for (let i = 0; i < 4; i++) if (changes[i] !== null) bench.put(pod(i), webPod(bench, changes[i] ?? {}));
  bench.pass('default/web');
  bench.call(pod(ordinal), { verb: 'delete', options: { preconditions: { uid: `uid-${ordinal}` } } });
  return bench.violations;
}

const leaving: Draft = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };

test('the highest goes first, and alone', () => {
  expect(remove(3)).toEqual([]);
  expect(remove(2, { 3: null })).toEqual([]);
  expect(remove(2)[0]).toContain('web-3 above it is not gone');
  expect(remove(2, { 3: leaving })[0]).toContain('web-3 above it is not gone');
});

test('those that stay have to be available', () => {
  expect(remove(3, { 0: UNREADY })[0]).toContain('ordinal 0, which stays, is not available');
  expect(remove(3, { 0: null })).toHaveLength(1);
});

test('one that is not well goes only when it is the lowest of those', () => {
  expect(remove(3, { 3: UNREADY })).toEqual([]);
  expect(remove(3, { 3: UNREADY, 1: UNREADY })[0]).toContain('neither is web-1 below it');
});

test('a Parallel set removes as it likes', () => {
  expect(remove(1, { 0: UNREADY }, { podManagementPolicy: 'Parallel' })).toEqual([]);
});
