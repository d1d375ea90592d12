import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { setTripwire } from './tripwire.ts';

it('makes every use of real time or chance throw, and takes itself down', () => {
  const caught: unknown[] = [];
  const attempt = (use: () => unknown): void => {
    try {
      caught.push(use());
    } catch (error) {
      caught.push((error as Error).message.split(' was used')[0]);
    }
  };
  const takeDown = setTripwire();
  try {
    for (const use of [() => systemClock.now(), () => systemClock.monotonic(), () => systemClock.setTimer(1, () => {})])
      attempt(use);
    for (const use of [() => systemClock.defer(() => {}), () => randomBytes(1), () => systemRandom.bytes(5_000)])
      attempt(use);
    attempt(() => new Date(0).getTime());
  } finally {
    takeDown();
  }
  expect(caught).toEqual([
    'Date.now',
    'performance.now',
    'setTimeout',
    'setImmediate',
    'randomBytes',
    'randomBytes',
    0,
  ]);
  expect(systemClock.now()).toBeGreaterThan(0);
});
