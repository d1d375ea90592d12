import { expect, it } from 'vitest';
import type { Outcome, Step } from './outcome.ts';
import { runSeed } from './run-seed.ts';
import { shrink } from './shrink.ts';

const MINUTE_MS = 60_000;
const short = { faultMs: 2 * MINUTE_MS, count: 40 };

it('is the same run for the same seed, and another for another', async () => {
  const [one, again, other] = [
    await runSeed({ seed: 11, ...short }),
    await runSeed({ seed: 11, ...short }),
    await runSeed({ seed: 12, ...short }),
  ];
  expect(one.finding).toBeNull();
  expect(again.digest).toBe(one.digest);
  expect(other.digest).not.toBe(one.digest);
  // The list of steps alone repeats it too.
  const replayed = await runSeed({ seed: 11, ...short, steps: one.steps });
  expect(replayed.digest).toBe(one.digest);
}, 60_000);

it('shrinks a failing list of steps to those that matter', async () => {
  const step = (n: number): Step => ({ kind: 'fault', fault: `f${n}`, atMs: n, parameters: {} });
  const bad = new Set(['f3', 'f11']);
  const run = async ({ seed, steps = [] }: { seed: number; steps?: readonly Step[] }): Promise<Outcome> => {
    const hit = steps.filter((one) => one.kind === 'fault' && bad.has(one.fault)).length === 2;
    const finding = hit ? { invariant: 'S1', message: 'two', atMs: 1 } : null;
    return { seed, steps, finding, digest: '', counts: {}, evaluations: {}, virtualMs: 0, journal: null as never };
  };
  const steps = Array.from({ length: 20 }, (_, n) => step(n));
  const shrunk = await shrink({ seed: 1, steps, invariant: 'S1', run });
  expect(shrunk?.outcome.steps.map(({ atMs }) => atMs)).toEqual([3, 11]);
  expect(await shrink({ seed: 1, steps: steps.slice(0, 5), invariant: 'S1', run })).toBeNull();
});
