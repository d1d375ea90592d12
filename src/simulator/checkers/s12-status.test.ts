import { expect, test } from 'vitest';
import { S12 } from './s12-status.ts';
import { CheckerBench, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const RIGHT = {
  observedGeneration: 1,
  replicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  currentReplicas: 2,
  updatedReplicas: 2,
  currentRevision: 'web-a',
  updateRevision: 'web-a',
};

/** A set with two members; what is said of a status the controller sends. */
function said(changes: object, prepare: (b: CheckerBench) => void = () => {}): readonly string[] {
  const b = new CheckerBench(S12);
  const set = b.put(WEB, { ...webSet(), status: RIGHT });
  b.put('apps/controllerrevisions/default/web-a', revisionOf(set, 1));
  for (const i of [0, 1]) b.put(pod(i), webPod(b));
  prepare(b);
  b.pass('default/web');
  b.call(WEB, { verb: 'update', subresource: 'status', body: { status: { ...RIGHT, ...changes } } });
  expect(b.evaluations).toBeGreaterThan(0);
  return b.violations;
}

test('what was seen is right', () => {
  expect(said({})).toEqual([]);
});

test('wrong counters fire', () => {
  for (const counter of ['replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas']) {
    expect(said({ [counter]: 1 })).toHaveLength(1);
  }
});

test('terminating members are ready, and at no revision', () => {
  const going = (b: CheckerBench) => void b.change(pod(1), { metadata: { ...meta(b), deletionTimestamp: b.time() } });
  const meta = (b: CheckerBench) => b.history.now(pod(1))!.metadata;
  expect(said({ currentReplicas: 1, updatedReplicas: 1 }, going)).toEqual([]);
  expect(said({}, going)).toHaveLength(1);
});

test('a member deleted for an update in this pass is taken off the current ones', () => {
  const b = new CheckerBench(S12);
  const set = b.put(WEB, { ...webSet(), status: RIGHT });
  b.put('apps/controllerrevisions/default/web-a', revisionOf(set, 1));
  for (const i of [0, 1]) b.put(pod(i), webPod(b));
  b.pass('default/web');
  b.call(pod(1), { verb: 'delete' });
  b.call(WEB, { verb: 'update', subresource: 'status', body: { status: { ...RIGHT, currentReplicas: 1 } } });
  expect(b.violations).toEqual([]);
});

test('another generation or revision than was looked at fires', () => {
  expect(said({ observedGeneration: 2 })[0]).toContain('looked at generation 1 and says 2');
  expect(said({ updateRevision: 'web-z' })[0]).toContain('in revision web-z');
});

test('an observed generation that falls or is ahead fires, whoever writes it', () => {
  const b = new CheckerBench(S12);
  b.put(WEB, { ...webSet({}, { generation: 3 }), status: { observedGeneration: 3 } });
  b.put(WEB, { ...webSet({}, { generation: 3 }), status: { observedGeneration: 2 } });
  b.put(WEB, { ...webSet({}, { generation: 3 }), status: { observedGeneration: 4 } });
  expect(b.violations[0]).toContain('fell from 3 to 2');
  expect(b.violations[1]).toContain('has observed generation 4');
});
