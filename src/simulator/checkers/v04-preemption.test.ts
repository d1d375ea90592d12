import { expect, test } from 'vitest';
import { CheckerBench, pod, webPod } from './testing.ts';
import { V4 } from './v04-preemption.ts';

const URGENT = 'core/pods/default/urgent';
const BUDGET = 'policy/poddisruptionbudgets/default/web';

const asking = (cpu: string) => [{ name: 'main', resources: { requests: { cpu } } }];

/** Two members on a node of one processor, and an urgent pod that waits for room. */
function bench(cpu = '900m'): CheckerBench {
  const b = new CheckerBench(V4);
  b.put('core/nodes/n1', { status: { allocatable: { cpu: '1' } } });
  for (const i of [0, 1]) {
    b.put(
      pod(i),
      webPod(b, { metadata: { uid: `p${i}`, ...(i === 0 ? {} : { labels: { app: 'other' } }) }, spec: onNode }),
    );
  }
  b.put(URGENT, { spec: { priority: 1000, containers: asking(cpu) } });
  return b;
}
const onNode = { nodeName: 'n1', containers: asking('200m') };
const preempt = (b: CheckerBench, i: number, uid: string | undefined = `p${i}`, revision = b.revision): void =>
  b.call(
    pod(i),
    { verb: 'delete', program: 'kube-scheduler#0', options: uid === '' ? {} : { preconditions: { uid } } },
    revision,
  );
const place = (b: CheckerBench): unknown => b.change(URGENT, { spec: { nodeName: 'n1' } });

test('room for one who is more important is right', () => {
  const b = bench();
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  place(b);
  expect([b.violations, b.evaluations]).toEqual([[], 3]);
});

test('a pod that goes for nobody fires, and one that goes by its name only', () => {
  const b = bench();
  b.put(URGENT, { spec: { priority: 0, containers: [] } });
  b.advance(120_000);
  b.put(pod(2), webPod(b, { spec: onNode }));
  preempt(b, 0);
  expect(b.violations[0]).toContain('nobody more important waits');
  const nameless = bench();
  preempt(nameless, 0, '');
  expect(nameless.violations[0]).toContain('whoever that is by now');
});

test('room for one that is gone is right as long as the scheduler has not heard of it', () => {
  const b = bench();
  const { revision } = b;
  b.remove(URGENT);
  b.advance(120_000);
  b.put(pod(2), webPod(b, { spec: onNode }));
  preempt(b, 0, 'p0', revision);
  expect(b.violations).toEqual([]);
});

test('more victims than it takes are right as long as the scheduler has not heard of who left besides', () => {
  const behind = (knows: boolean): readonly string[] => {
    const b = bench('500m');
    b.put(pod(2), webPod(b, { metadata: { uid: 'p2' }, spec: onNode }));
    const before = b.revision;
    b.remove(pod(2));
    preempt(b, 0, 'p0', knows ? b.revision : before);
    b.remove(pod(0));
    place(b);
    return b.violations;
  };
  expect(behind(false)).toEqual([]);
  expect(behind(true)[0]).toContain('there is room for it beside');
});

test('more victims than it takes fire', () => {
  const b = bench('700m');
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  place(b);
  expect(b.violations[0]).toContain('there is room for it beside');
});

test('nor while a binding that went astray may still be waited for', () => {
  const b = bench('700m');
  b.happen({ kind: 'mishap', program: 'kube-scheduler#0', what: 'request lost', detail: 'createSub pods x/binding' });
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  place(b);
  expect(b.violations).toEqual([]);
});

test('nobody answers for victims that were chosen for another', () => {
  const b = bench('700m');
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  b.remove(URGENT);
  b.advance(1_000);
  b.put(URGENT, { metadata: { uid: 'next' }, spec: { priority: 1000, containers: asking('700m') } });
  place(b);
  expect(b.violations).toEqual([]);
});

test('nor for those who may have been chosen for somebody else who waits', () => {
  const b = bench('700m');
  b.put('core/pods/default/urgent-b', { spec: { priority: 1000, containers: asking('2') } });
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  place(b);
  expect(b.violations).toEqual([]);
});

test('how many victims it took cannot be told while a pod waits for volumes on the node', () => {
  const b = bench('700m');
  const claim = { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'n1' } } };
  b.put('core/persistentvolumeclaims/default/data-x', claim);
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-x' } }];
  b.put('core/pods/default/x', { spec: { volumes, containers: asking('200m') } });
  for (const i of [0, 1]) preempt(b, i);
  for (const i of [0, 1]) b.remove(pod(i));
  place(b);
  expect(b.violations).toEqual([]);
});

test('a victim whose budget is spent fires while another could go', () => {
  const b = bench('700m');
  b.put(BUDGET, { spec: { selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: 0 } });
  b.advance(60_000);
  preempt(b, 0);
  b.remove(pod(0));
  place(b);
  expect(b.violations[0]).toContain('was preempted against its budget');
});
