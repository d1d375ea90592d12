import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { WorkQueue } from './work-queue.ts';

function queueWith(workers: number | (() => number)) {
  const clock = new ManualClock();
  const handled: string[] = [];
  const open = new Map<string, () => void>();
  const queue = new WorkQueue({
    clock,
    workers,
    handle: (key) => {
      handled.push(key);
      return new Promise((resolve) => open.set(key, resolve));
    },
  });
  queue.start();
  const finish = async (key: string) => {
    open.get(key)?.();
    await clock.settle();
  };
  return { clock, queue, handled, finish };
}

describe('WorkQueue', () => {
  it('keeps each key once in line and never handles it twice at a time', async () => {
    const { clock, queue, handled, finish } = queueWith(5);
    queue.add('a');
    queue.add('a');
    await clock.settle();
    queue.add('a');
    queue.add('a');
    await clock.settle();
    expect(handled).toEqual(['a']);
    await finish('a');
    expect(handled).toEqual(['a', 'a']);
    await finish('a');
    expect([handled.length, queue.depth]).toEqual([2, 0]);
  });

  it('handles as many keys at once as it has workers', async () => {
    const { clock, queue, handled, finish } = queueWith(2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.settle();
    expect(handled).toEqual(['a', 'b']);
    await finish('a');
    expect(handled).toEqual(['a', 'b', 'c']);
  });

  it('asks how many workers it has when that changes', async () => {
    let workers = 1;
    const { clock, queue, handled, finish } = queueWith(() => workers);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await clock.settle();
    expect(handled).toEqual(['a']);
    workers = 3;
    await finish('a');
    expect(handled).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of several delays takes the earliest', async () => {
    const { clock, queue, handled } = queueWith(1);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    await clock.advance(99);
    expect(handled).toEqual([]);
    await clock.advance(1);
    expect(handled).toEqual(['a']);
  });

  it('waits longer after each failure, up to 1000 s, until told to forget', async () => {
    const { clock, queue, finish } = queueWith(1);
    const began = clock.now();
    const waits: number[] = [];
    for (let failure = 0; failure < 20; failure++) {
      const before = clock.now();
      queue.addRateLimited('a');
      await clock.advance(Math.min(1_000_000, 5 * 2 ** failure));
      waits.push(clock.now() - before);
      await finish('a');
    }
    expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(waits.at(-1)).toBe(1_000_000);
    expect(clock.now()).toBeGreaterThan(began);
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('starts nothing before start and nothing after stop', async () => {
    const { clock, queue, handled } = queueWith(1);
    queue.stop();
    queue.add('a');
    await clock.advance(10);
    expect(handled).toEqual([]);
  });
});

it('gives the turn back when a key is put in line again and again', async () => {
  let passes = 0;
  let served = false;
  const queue = new WorkQueue({
    clock: systemClock,
    workers: 1,
    handle: async (key) => {
      passes++;
      if (!served) queue.add(key);
    },
  });
  queue.start();
  queue.add('a');
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  served = true;
  expect(passes).toBeGreaterThan(1);
  queue.stop();
});
