import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

it('runs events in the order of their moments, ties as they were scheduled, promises in between', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const say = (what: string) => () => {
    seen.push(`${what}@${clock.monotonic()}`);
    void Promise.resolve().then(() => seen.push(`after ${what}`));
  };
  clock.setTimer(5, say('b'));
  clock.setTimer(1, say('a'));
  clock.setTimer(5, say('c'));
  clock.defer(say('now'));
  await clock.run(clock.now() + 5);
  expect(seen).toEqual(['now@0', 'after now', 'a@1', 'after a', 'b@5', 'after b', 'c@5', 'after c']);
});

it('stands where it was asked to run to, and leaves later events for later', async () => {
  const clock = new VirtualClock();
  let rang = 0;
  clock.setTimer(1_000, () => rang++);
  clock.setTimer(1_001, () => rang++).cancel();
  await clock.run(clock.now() + 999.5);
  expect([clock.monotonic(), rang]).toEqual([999.5, 0]);
  await clock.run(clock.now() + 10_000);
  expect(rang).toBe(1);
});

it('says the wall clock in whole milliseconds', async () => {
  const clock = new VirtualClock(1_000);
  await clock.run(clock.now() + 0.7);
  expect(clock.now()).toBe(1_000);
});

it('settles a promise, and refuses to wait for one that nothing can settle', async () => {
  const clock = new VirtualClock();
  expect(await clock.settle(new Promise((resolve) => clock.setTimer(3, () => resolve('done'))))).toBe('done');
  await expect(clock.settle(new Promise(() => {}))).rejects.toThrow('nothing is left to happen');
});

it('hands on what an event throws', async () => {
  const clock = new VirtualClock();
  clock.setTimer(1, () => {
    throw new Error('boom');
  });
  await expect(clock.run(clock.now() + 2)).rejects.toThrow('boom');
});

it('lets time go on for whoever waits, however little is left by the arithmetic of fractions', async () => {
  const clock = new VirtualClock();
  await clock.run(clock.now() + 1_165_438.015);
  const due = clock.monotonic() + 2 ** -32;
  let looks = 0;
  const look = (): void => {
    looks++;
    if (clock.monotonic() < due) clock.setTimer(due - clock.monotonic(), look);
  };
  look();
  await clock.run(clock.now() + 1);
  expect(looks).toBe(2);
});
