import { expect, test } from 'vitest';
import { S11 } from './s11-history.ts';
import { CheckerBench, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const REVISION = (hash: string) => `apps/controllerrevisions/default/web-${hash}`;

/** A set that went from web-x over web-a to web-b; one member is still at web-a. */
function bench(limit = 10): CheckerBench {
  const b = new CheckerBench(S11);
  const template = (image: string) => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image }] },
  });
  for (const [hash, number] of [
    ['x', 1],
    ['a', 2],
    ['b', 3],
  ] as const) {
    const set = b.put(WEB, {
      ...webSet({ template: template(hash), revisionHistoryLimit: limit }),
      status: { currentRevision: 'web-b', updateRevision: 'web-b', collisionCount: 1 },
    });
    b.put(REVISION(hash), revisionOf(set, number));
  }
  b.put(pod(0), webPod(b));
  b.pass('default/web');
  return b;
}

const remove = (hash: string): readonly string[] => {
  const b = bench();
  b.call(REVISION(hash), { verb: 'delete' });
  b.remove(REVISION(hash));
  return b.violations;
};

test('a revision of the past may go, one in use may not', () => {
  expect(remove('x')).toEqual([]);
  expect(remove('a')[0]).toContain('at which it has a member');
  expect(remove('b')[0]).toContain('the current one');
});

test('a revision that goes unasked, or is collected while its set lives, fires', () => {
  const b = bench();
  b.remove(REVISION('x'));
  expect(b.violations[0]).toContain('nobody asked');
  const collected = bench();
  collected.call(REVISION('x'), { verb: 'delete', part: 'garbage-collector' });
  collected.remove(REVISION('x'));
  expect(collected.violations[0]).toContain('collected while its set lives');
});

test('data that changes fires, a number that changes does not', () => {
  const b = bench();
  b.put(REVISION('x'), { ...b.history.now(REVISION('x')), revision: 4 });
  expect(b.violations).toEqual([]);
  b.change(REVISION('x'), { data: { spec: {} } });
  expect(b.violations[0]).toContain('the data of');
});

test('a new revision is numbered after the last one known', () => {
  const b = bench();
  const body = (revision: number) => ({ ...b.history.now(REVISION('b')), metadata: { name: 'web-c' }, revision });
  b.call(REVISION('c'), { verb: 'create', body: body(4) });
  expect(b.violations).toEqual([]);
  b.call(REVISION('c'), { verb: 'create', body: body(3) });
  expect(b.violations[0]).toContain('number 3, not 4');
});

test('a collision count that falls fires', () => {
  const b = bench();
  b.change(WEB, { status: { collisionCount: 0 } });
  expect(b.violations[0]).toContain('fell from 1 to 0');
});

test('a past that is too long at rest fires', () => {
  const b = bench(1);
  b.settled();
  expect(b.violations).toEqual([]);
  const short = bench(0);
  short.settled();
  expect(short.violations[0]).toContain('keeps 1 revisions of its past, not 0');
});
