import { expect, test } from 'vitest';
import { R1 } from './r01-no-storm.ts';
import { CheckerBench } from './testing.ts';

function fail(bench: CheckerBench, delaysMs: readonly number[]): void {
  for (const delayMs of delaysMs) {
    bench.journal.add({ kind: 'trouble', program: 'kcm-0#1', detail: 'binder claim default/data-web-0: conflict' });
    bench.advance(delayMs);
  }
}

test('failures with a backoff are right', () => {
  const bench = new CheckerBench(R1);
  fail(bench, [5, 10, 20, 40, 80, 160, 320, 640, 1_280]);
  fail(bench, Array(200).fill(50));
  expect(bench.violations).toEqual([]);
  expect(bench.evaluations).toBeGreaterThan(0);
});

test('the same failure again and again without a pause fires once', () => {
  const bench = new CheckerBench(R1);
  fail(bench, Array(100).fill(2));
  expect(bench.violations).toEqual(['kcm-0#1 failing at binder claim default/data-web-0: 60 times within 1000 ms']);
});
