import { expect, test } from 'vitest';
import { S10 } from './s10-scaling-first.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

const del = { verb: 'delete' } as const;

function bench(spec: object, ordinals: readonly number[]): CheckerBench {
  const b = new CheckerBench(S10);
  b.put(WEB, webSet(spec));
  for (const i of ordinals) b.put(pod(i), webPod(b));
  b.pass('default/web');
  return b;
}

test('a set of the right size updates', () => {
  const b = bench({}, [0, 1, 2]);
  b.call(pod(2), del);
  expect([b.violations, b.evaluations]).toEqual([[], 1]);
});

test('an update while a member is missing fires', () => {
  const b = bench({}, [0, 2]);
  b.call(pod(2), del);
  expect(b.violations[0]).toContain('web-1 is missing');
});

test('an update while surplus members are there fires, unless a parallel set has just sent them away', () => {
  const ordered = bench({}, [0, 1, 2, 3]);
  ordered.call(pod(2), del);
  expect(ordered.violations[0]).toContain('surplus web-3 is not gone');
  const parallel = bench({ podManagementPolicy: 'Parallel' }, [0, 1, 2, 3]);
  parallel.call(pod(3), del);
  parallel.call(pod(2), del);
  expect(parallel.violations).toEqual([]);
  const hasty = bench({ podManagementPolicy: 'Parallel' }, [0, 1, 2, 3]);
  hasty.call(pod(2), del);
  expect(hasty.violations[0]).toContain('surplus web-3 was left alone');
});

test('a parallel set that has just made what was missing may update', () => {
  const b = bench({ podManagementPolicy: 'Parallel' }, [0, 2]);
  const draft = webPod(b);
  b.call(pod(1), { verb: 'create', body: { ...draft, metadata: { ...draft.metadata, name: 'web-1' } } });
  b.call(pod(2), del);
  expect(b.violations).toEqual([]);
});

test('OnDelete that deletes for an update fires, and replaces what failed', () => {
  const b = bench({ updateStrategy: { type: 'OnDelete' } }, [0, 1, 2]);
  b.call(pod(2), del);
  expect(b.violations[0]).toContain('is OnDelete');
  const failed = bench({ updateStrategy: { type: 'OnDelete' } }, [0, 1, 2]);
  failed.change(pod(2), { status: { phase: 'Failed' } });
  failed.pass('default/web');
  failed.call(pod(2), del);
  expect(failed.violations).toEqual([]);
});
