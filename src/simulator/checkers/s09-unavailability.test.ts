import { expect, test } from 'vitest';
import { S9 } from './s09-unavailability.ts';
import { CheckerBench, type Draft, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const PDB = 'policy/poddisruptionbudgets/default/web';
const UNREADY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
const del = { verb: 'delete' } as const;

/** A set in a roll, its members at web-a. */
function rolling(gate: boolean, down: readonly number[] = [], rollingUpdate: object = {}): CheckerBench {
  const b = new CheckerBench(S9, gate ? { MaxUnavailableStatefulSet: true } : {});
  const set = b.put(WEB, webSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  b.put('apps/controllerrevisions/default/web-b', revisionOf(set, 2));
  for (let i = 0; i < 3; i++) b.put(pod(i), webPod(b, down.includes(i) ? { status: UNREADY } : {}));
  b.pass('default/web');
  return b;
}

test('one at a time, when all above are available', () => {
  const b = rolling(false, [0]);
  b.call(pod(1), del);
  expect(b.violations).toEqual([]);
  b.call(pod(0), del);
  expect(b.violations[0]).toContain('its 2. for an update in one pass');
  const waiting = rolling(false, [2]);
  waiting.call(pod(1), del);
  expect(waiting.violations[0]).toContain('while one above it was unavailable');
});

test('with the gate, those down and those deleted fit into maxUnavailable', () => {
  const b = rolling(true, [], { maxUnavailable: 2 });
  b.call(pod(2), del);
  b.call(pod(1), del);
  expect(b.violations).toEqual([]);
  b.call(pod(0), del);
  expect(b.violations).toHaveLength(1);
  const spent = rolling(true, [0], { maxUnavailable: '50%' });
  spent.call(pod(2), del);
  expect(spent.violations[0]).toContain('with 1 unavailable and 1 allowed');
});

const budget = (status: object): Draft => ({
  kind: 'PodDisruptionBudget',
  metadata: { generation: 1 },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, ...status },
});

function budgeted(): CheckerBench {
  const b = new CheckerBench(S9);
  for (let i = 0; i < 3; i++) b.put(pod(i), webPod(b));
  b.put(PDB, budget({}));
  b.advance(60_000);
  return b;
}

const evicted = (b: CheckerBench, ordinal: number): void => {
  const { conditions } = b.history.now(pod(ordinal))!.status;
  const mark = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  b.change(pod(ordinal), { status: { conditions: [...conditions, mark] } });
};

test('an eviction takes one from its budget', () => {
  const b = budgeted();
  b.change(PDB, { status: { disruptionsAllowed: 0, disruptedPods: { 'web-0': b.time() } } });
  evicted(b, 0);
  expect(b.violations).toEqual([]);
  expect(b.evaluations).toBe(2);
  evicted(b, 1);
  expect(b.violations[0]).toContain('was evicted without taking from budget default/web');
});

test('an eviction that takes nothing, or from nothing, fires', () => {
  const free = budgeted();
  free.change(PDB, { status: { disruptedPods: { 'web-0': free.time() } } });
  expect(free.violations[0]).toContain('allowed 1 disruptions and 1 after');
  const none = budgeted();
  none.change(PDB, { status: { disruptionsAllowed: 0 } });
  none.change(PDB, { status: { disruptionsAllowed: -1, disruptedPods: { 'web-0': none.time() } } });
  expect(none.violations).toHaveLength(1);
});

test('a budget may not count what it saw leaving, unready or granted', () => {
  const say = (prepare: (b: CheckerBench) => void): readonly string[] => {
    const b = budgeted();
    prepare(b);
    b.pass('default/web', 'disruption');
    b.call(PDB, {
      verb: 'update',
      subresource: 'status',
      program: 'kcm-0',
      part: 'disruption',
      body: b.history.now(PDB)!,
    });
    return b.violations;
  };
  expect(say(() => {})).toEqual([]);
  expect(say((b) => b.change(pod(0), { status: UNREADY }))).toHaveLength(1);
  expect(say((b) => b.change(pod(0), { metadata: { deletionTimestamp: b.time() } }))).toHaveLength(1);
  expect(say((b) => b.put(PDB, budget({ disruptionsAllowed: 1, disruptedPods: { 'web-0': b.time() } })))).not.toEqual(
    [],
  );
});
