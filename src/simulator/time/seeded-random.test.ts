import { expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

it('gives the same for the same seed, and something else for another', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 4 },
      (
        (random) => () =>
          random.uint32()
      )(new SeededRandom(seed)),
    );
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  // The algorithm is part of every recorded seed: it never changes.
  expect(draw(1)).toMatchInlineSnapshot(`
    [
      2442144158,
      3238099751,
      3819917871,
      2104621829,
    ]
  `);
});

it('forks sources that do not disturb each other', () => {
  const one = new SeededRandom(1);
  const before = one.fork('x').uint32();
  one.uint32();
  expect(one.fork('x').uint32()).toBe(before);
  expect(one.fork('y').uint32()).not.toBe(before);
});

it('draws within its bounds', () => {
  const random = new SeededRandom(3);
  const drawn = Array.from({ length: 1_000 }, () => random.int(2, 5));
  expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([2, 5]);
  expect(random.bytes(7)).toHaveLength(7);
  expect(random.chance(0)).toBe(false);
  expect(() => random.pick([])).toThrow('nothing to pick from');
});
