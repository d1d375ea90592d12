import { expect, it } from 'vitest';
import type { MemberLine, MemberState } from './members.ts';
import { quorumLosses } from './quorum.ts';

/** Members whose states change every second: R ready, L lost, - absent. */
const members = (...rows: string[]): readonly MemberLine[] =>
  rows.map((row, ordinal) => ({
    set: 'a/web',
    ordinal,
    intervals: [...row].map((sign, second) => ({
      fromMs: second * 1000,
      toMs: (second + 1) * 1000,
      state: ({ R: 'ready', L: 'lost', '-': 'absent' } as Record<string, MemberState>)[sign]!,
      node: 'n',
      image: 'i',
    })),
  }));
const wanted = (...changes: (readonly [second: number, replicas: number])[]) =>
  new Map([['a/web', changes.map(([second, replicas]) => ({ fromMs: second * 1000, replicas }))]]);

it('tells from when to when fewer than a majority were ready, and the fewest', () => {
  const lines = members('RRLLLR', 'RRRLRR', 'RLLLLR');
  expect(quorumLosses(lines, wanted([0, 3]))).toEqual([
    { set: 'a/web', fromMs: 2000, toMs: 5000, ready: 0, quorum: 2 },
  ]);
});

it('counts none before the first majority, nor while a larger one is still to be reached', () => {
  expect(quorumLosses(members('-RRR', '--RR', '---R'), wanted([0, 3]))).toEqual([]);
  const grown = members('RRRRR', '--RRR', '---RL');
  expect(quorumLosses(grown, wanted([0, 1], [1, 3]))).toEqual([]);
  expect(quorumLosses(members('RRRL', '--RL', '--RR'), wanted([0, 1], [1, 3]))).toMatchObject([{ fromMs: 3000 }]);
});

it('asks a smaller majority after scaling down, and none of a set that is gone', () => {
  expect(quorumLosses(members('RRRR', 'RR--', 'RR--'), wanted([0, 3], [2, 1]))).toEqual([]);
  expect(quorumLosses(members('RR--', 'RR--', 'RR--'), wanted([0, 3], [2, 0]))).toEqual([]);
});

it('keeps sets apart', () => {
  const other = members('RL').map((line) => ({ ...line, set: 'b/db' }));
  const both = new Map([...wanted([0, 1]), ['b/db', [{ fromMs: 0, replicas: 1 }]]]);
  expect(quorumLosses([...members('RR'), ...other], both).map(({ set }) => set)).toEqual(['b/db']);
});
