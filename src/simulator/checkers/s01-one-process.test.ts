import { expect, test } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { S1 } from './s01-one-process.ts';
import { CheckerBench, pod, webPod } from './testing.ts';

const KUBELET = 'kubelet/n1#0';

/** web-0 runs on n1. */
function running(spec: object = {}): { bench: CheckerBench; old: KubeObject } {
  const bench = new CheckerBench(S1);
  bench.put('core/nodes/n1', { kind: 'Node', spec: {} });
  bench.put('core/nodes/n2', { kind: 'Node', spec: {} });
  const old = bench.put(pod(0), webPod(bench, { spec: { nodeName: 'n1', ...spec } }));
  bench.started(old);
  return { bench, old };
}

function replaced(bench: CheckerBench, node = 'n2'): KubeObject {
  bench.remove(pod(0));
  const next = bench.put(pod(0), webPod(bench, { spec: { nodeName: node } }));
  bench.started(next);
  return next;
}

const forced = { verb: 'delete', options: { gracePeriodSeconds: 0 } } as const;
const confirmed = (of: KubeObject) =>
  ({
    verb: 'delete',
    program: KUBELET,
    options: { gracePeriodSeconds: 0, preconditions: { uid: of.metadata.uid! } },
  }) as const;

test('one after the other is right, also for restarts of a container and for several containers', () => {
  const { bench, old } = running();
  bench.started(old, { container: 'side' });
  bench.exited(old);
  bench.started(old, { attempt: 1 });
  bench.exited(old, { attempt: 1 });
  bench.exited(old, { container: 'side' });
  bench.call(pod(0), confirmed(old));
  replaced(bench);
  expect(bench.violations).toEqual([]);
  expect(bench.evaluations).toBeGreaterThan(3);
});

test('a second copy fires, on another machine or on the same one', () => {
  for (const node of ['n1', 'n2']) {
    const { bench } = running();
    replaced(bench, node);
    expect(bench.violations).toHaveLength(1);
    expect(bench.violations[0]).toContain(`on ${node} started while container main #0 of default/web-0`);
  }
});

test('a container started twice fires', () => {
  const { bench, old } = running();
  bench.started(old, { attempt: 1 });
  expect(bench.violations).toHaveLength(1);
});

test('upstream gives up at most one when a user forces a deletion, but not on one and the same machine', () => {
  const { bench } = running();
  bench.call(pod(0), { ...forced, program: 'administrator' });
  replaced(bench);
  expect(bench.violations).toEqual([]);
  const same = running().bench;
  same.call(pod(0), { ...forced, program: 'administrator' });
  replaced(same, 'n1');
  expect(same.violations).toHaveLength(1);
});

test('a node that was deleted or declared out of service excuses, a node that is only lost does not', () => {
  const given = running().bench;
  given.remove('core/nodes/n1');
  replaced(given);
  const declared = running().bench;
  declared.change('core/nodes/n1', {
    spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
  });
  replaced(declared);
  const lost = running().bench;
  lost.change('core/nodes/n1', { spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] } });
  replaced(lost);
  expect([given, declared, lost].map(({ violations }) => violations.length)).toEqual([0, 0, 1]);
});

test('a pod that asks for no grace has none', () => {
  const { bench } = running({ terminationGracePeriodSeconds: 0 });
  replaced(bench);
  expect(bench.violations).toEqual([]);
});

test('an agent that confirms what still runs fires, and so does one that reports its end', () => {
  const { bench, old } = running();
  bench.call(pod(0), confirmed(old));
  expect(bench.violations[0]).toContain('confirmed the end of');
  const failed = { ...old, status: { phase: 'Failed' } };
  bench.call(pod(0), { verb: 'update', subresource: 'status', program: KUBELET, body: failed });
  expect(bench.violations[1]).toContain('reported the end of');
});

test('a pod collector that removes what runs on a node that is there fires', () => {
  const { bench, old } = running();
  const call = { verb: 'delete', program: 'kcm-0', part: 'pod-gc', options: confirmed(old).options } as const;
  bench.call(pod(0), call);
  expect(bench.violations).toHaveLength(1);
  bench.remove('core/nodes/n1');
  bench.call(pod(0), call);
  expect(bench.violations).toHaveLength(1);
});

test('at rest nothing may run that the API does not know', () => {
  const { bench } = running();
  bench.settled();
  expect(bench.violations).toEqual([]);
  bench.call(pod(0), { ...forced, program: 'administrator' });
  bench.remove(pod(0));
  bench.settled();
  expect(bench.violations).toHaveLength(1);
});
