import { expect, test } from 'vitest';
import { S16 } from './s16-deletion.ts';
import { CheckerBench, pod, webPod } from './testing.ts';

const POD = pod(0);
const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const KUBELET = 'kubelet/n1#0';

/** A pod on n1 that was asked to go and has 30 seconds. */
function leaving(): CheckerBench {
  const b = new CheckerBench(S16);
  const draft = webPod(b, { metadata: { uid: 'p0' } });
  b.put(POD, draft);
  b.started(b.history.now(POD)!);
  b.put(POD, { ...draft, metadata: { ...draft.metadata, ...going(b, 30) } });
  return b;
}
const going = (b: CheckerBench, seconds: number) => ({
  deletionTimestamp: b.time(),
  deletionGracePeriodSeconds: seconds,
});
const force = (program: string) =>
  ({ verb: 'delete', program, options: { gracePeriodSeconds: 0, preconditions: { uid: 'p0' } } }) as const;

test('a pod whose agent confirms its end goes', () => {
  const b = leaving();
  b.exited(b.history.now(POD)!);
  b.call(POD, force(KUBELET));
  b.remove(POD);
  expect(b.violations).toEqual([]);
  expect(b.evaluations).toBe(3);
});

test('an agent that confirms too early fires', () => {
  const b = leaving();
  b.call(POD, force(KUBELET));
  expect(b.violations[0]).toContain('1 of its containers run');
});

test('a pod that goes although nobody answers for it fires', () => {
  const alone = leaving();
  alone.remove(POD);
  expect(alone.violations[0]).toContain('nobody answers for it');
  const other = leaving();
  other.call(POD, force('kubelet/n2#0'));
  other.remove(POD);
  expect(other.violations[0]).toContain('nobody answers for it');
  const hasty = leaving();
  hasty.call(POD, { ...force('kcm-0#0'), part: 'pod-garbage-collector' });
  hasty.remove(POD);
  expect(hasty.violations[0]).toContain('nobody answers for it');
});

test('a user may force it, and so may the cluster once its node is given up', () => {
  const user = leaving();
  user.call(POD, force('administrator'));
  user.remove(POD);
  const b = leaving();
  b.put('core/nodes/n1', {});
  b.remove('core/nodes/n1');
  b.call(POD, { ...force('kcm-0#0'), part: 'pod-garbage-collector' });
  b.remove(POD);
  expect([...user.violations, ...b.violations]).toEqual([]);
});

test('a node that was gone when the pod was made, and is back by now, does not answer for it', () => {
  const bound = (gone: boolean): readonly string[] => {
    const b = new CheckerBench(S16);
    b.put('core/nodes/n1', {});
    if (gone) b.remove('core/nodes/n1');
    const draft = webPod(b, { metadata: { uid: 'p0' } });
    b.put(POD, draft);
    if (gone) b.put('core/nodes/n1', { metadata: { uid: 'again' } });
    b.put(POD, { ...draft, metadata: { ...draft.metadata, ...going(b, 30) } });
    b.call(POD, { ...force('kcm-0#0'), part: 'pod-garbage-collector' });
    b.remove(POD);
    return b.violations;
  };
  expect(bound(true)).toEqual([]);
  expect(bound(false)[0]).toContain('nobody answers for it');
});

test('an object goes when its last finalizer was taken off, and not before', () => {
  const claim = () => {
    const b = new CheckerBench(S16);
    b.put(CLAIM, { metadata: { ...going(b, 0), finalizers: ['protection'] } });
    return b;
  };
  const right = claim();
  right.call(CLAIM, { verb: 'update', body: { metadata: { finalizers: [] } } });
  right.remove(CLAIM);
  expect(right.violations).toEqual([]);
  const wrong = claim();
  wrong.call(CLAIM, { verb: 'update', body: { metadata: { finalizers: ['protection'] } } });
  wrong.remove(CLAIM);
  expect(wrong.violations[0]).toContain('was held by protection');
});

test('another way of deletion takes the garbage collector’s finalizers off, and no others', () => {
  const deleted = (finalizer: string): readonly string[] => {
    const b = new CheckerBench(S16);
    b.put(CLAIM, { metadata: { ...going(b, 0), finalizers: [finalizer] } });
    b.call(CLAIM, { verb: 'delete', program: 'administrator', options: { propagationPolicy: 'Background' } });
    b.remove(CLAIM);
    return b.violations;
  };
  expect(deleted('foregroundDeletion')).toEqual([]);
  expect(deleted('protection')).toHaveLength(1);
});

test('a deletion that is taken back fires', () => {
  const b = leaving();
  b.put(POD, webPod(b, { metadata: { uid: 'p0' } }));
  expect(b.violations[0]).toContain('was being deleted, and is no more');
});
