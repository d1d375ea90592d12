import { expect, test } from 'vitest';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { podInfo } from './pod-info.ts';
import { SchedulingQueue } from './queue.ts';

const BY_ROOM = new Set(['NodeResourcesFit']);

const pod = (name: string) =>
  podInfo({ metadata: { namespace: 'n', name, uid: name }, spec: { containers: [] } } as never);

function queueOf(...names: string[]): { clock: ManualClock; queue: SchedulingQueue; next: () => string | undefined } {
  const clock = new ManualClock();
  const queue = new SchedulingQueue(clock, () => {});
  for (const name of names) queue.add(pod(name), false);
  return { clock, queue, next: () => queue.pop()?.info.name };
}

const refuse = (queue: SchedulingQueue): void => {
  const mark = queue.mark();
  queue.failed(queue.pop()!, BY_ROOM, mark);
};

test('news brings a refused pod back at once when nothing else waits, and after new pods when they do', () => {
  const { queue, next } = queueOf('refused');
  refuse(queue);
  expect(next()).toBeUndefined();
  queue.event(new Set(['NodePorts']));
  expect(next()).toBeUndefined();
  queue.event(BY_ROOM);
  queue.add(pod('new'), false);
  expect(next()).toBe('new');
  expect(next()).toBe('refused');
});

test('with its backoff over a refused pod goes before those that came later', async () => {
  const { clock, queue, next } = queueOf('refused');
  refuse(queue);
  queue.event(BY_ROOM);
  queue.add(pod('new'), false);
  await clock.advance(1_000);
  expect(next()).toBe('refused');
  expect(next()).toBe('new');
});

test('news that comes while a pod is being tried is not missed', () => {
  const { queue, next } = queueOf('other', 'refused');
  const other = queue.pop()!;
  const refused = queue.pop()!;
  const mark = queue.mark();
  queue.event(BY_ROOM);
  queue.event(new Set(['NodePorts']));
  queue.failed(refused, BY_ROOM, mark);
  queue.done(other);
  expect(next()).toBe('refused');
});
