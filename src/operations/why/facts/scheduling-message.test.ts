import { expect, it } from 'vitest';
import { parseSchedulingMessage } from './scheduling-message.ts';

it('reads counts and reasons and leaves out what preemption reports', () => {
  const text =
    '0/6 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s), 3 node(s) were unschedulable. no new claims to deallocate, preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.';
  expect(parseSchedulingMessage(text)).toEqual({
    nodes: 6,
    refusal: null,
    reasons: [
      { count: 3, reason: 'node(s) were unschedulable' },
      { count: 2, reason: 'node(s) had untolerated taint(s)' },
      { count: 1, reason: 'Insufficient cpu' },
    ],
  });
});

it.each([
  [
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    [{ count: 1, reason: 'Insufficient cpu' }],
  ],
  ['0/1 nodes are available: 1 Insufficient memory.', [{ count: 1, reason: 'Insufficient memory' }]],
  [
    "0/3 nodes are available: 1 node(s) had taint {a: b}, that the pod didn't tolerate, 2 Too many pods.",
    [
      { count: 2, reason: 'Too many pods' },
      { count: 1, reason: "node(s) had taint {a: b}, that the pod didn't tolerate" },
    ],
  ],
])('reads the wording of other releases: %s', (text, reasons) => {
  expect(parseSchedulingMessage(text)?.reasons).toEqual(reasons);
});

it('tells a pod that is refused as such from one that fits no node', () => {
  expect(
    parseSchedulingMessage('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'),
  ).toEqual({
    nodes: 3,
    reasons: [],
    refusal: 'pod has unbound immediate PersistentVolumeClaims',
  });
  expect(parseSchedulingMessage('no nodes available to schedule pods')).toEqual({
    nodes: 0,
    reasons: [],
    refusal: null,
  });
  expect(
    parseSchedulingMessage('running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'),
  ).toBeNull();
});
