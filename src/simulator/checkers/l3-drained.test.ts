import { expect, test } from 'vitest';
import { DRAIN_OVER } from '../operations/repair.ts';
import { L3 } from './l3-drained.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

const BUDGET = 'policy/poddisruptionbudgets/default/web';
const EVICTION = { verb: 'createSub', subresource: 'eviction', program: 'administrator' } as const;

/** Three members on n1 with a budget that allows so many disruptions; the faults have stopped. */
function bench(allowed: number, spec: object = { maxUnavailable: 1 }): CheckerBench {
  const b = new CheckerBench(L3);
  b.put('core/nodes/n1', {});
  b.put(WEB, webSet());
  for (const i of [0, 1, 2]) b.put(pod(i), webPod(b));
  b.put(BUDGET, {
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status: { disruptionsAllowed: allowed, observedGeneration: 0 },
  });
  b.happen({ kind: 'phase', what: 'healed' });
  return b;
}

function refuse(b: CheckerBench): void {
  const call = {
    ...EVICTION,
    name: 'web-0',
    target: { group: '', version: 'v1', resource: 'pods', namespace: 'default' },
    part: '',
    body: undefined,
    options: undefined,
  };
  b.happen({ kind: 'call', call, seen: {} });
  b.happen({ kind: 'answered', call, answer: { code: 429, name: '', revision: 0 } });
}

test('an eviction that a budget does not allow is refused rightly', () => {
  const b = bench(0);
  refuse(b);
  expect([b.violations, b.evaluations]).toEqual([[], 1]);
});

test('an eviction that is refused although its budget allows it fires', () => {
  const b = bench(1);
  refuse(b);
  expect(b.violations[0]).toContain('was refused, and its budget allows 1');
});

test('what is left on a drained node was refused', () => {
  const b = bench(0);
  refuse(b);
  b.happen({ kind: 'operation', what: DRAIN_OVER, detail: '{"node":"n1"}' });
  expect(b.violations.join()).not.toContain('web-0');
  expect(b.violations).toHaveLength(2);
});

test('a pod that terminates for ever or is on a node that is gone fires', () => {
  const b = bench(1);
  const draft = webPod(b);
  b.put(pod(0), { ...draft, metadata: { ...draft.metadata, deletionTimestamp: b.time() } });
  b.put(pod(1), { ...draft, spec: { nodeName: 'n9' } });
  b.settled();
  expect(b.violations[0]).toContain('still terminating on n1');
  expect(b.violations[1]).toContain('on node n9, which is gone');
});

test('a budget that allows too little or too much at rest fires', () => {
  const rest = (allowed: number, spec?: object): readonly string[] => {
    const b = bench(allowed, spec);
    b.settled();
    return b.violations;
  };
  expect(rest(1)).toEqual([]);
  expect(rest(0)[0]).toContain('allows 0, not 1: 3 healthy, 2 wanted of 3');
  expect(rest(2)).toHaveLength(1);
  expect(rest(2, { minAvailable: 1 })).toEqual([]);
  expect(rest(1, { minAvailable: '51%' })).toEqual([]);
});
