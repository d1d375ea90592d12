import { expect, it } from 'vitest';
import { BoundedQueue } from './queue.ts';

it('keeps order through wrap-around and refuses more than its limit', () => {
  const queue = new BoundedQueue<number>(40);
  for (let i = 0; i < 10; i++) queue.push(i);
  for (let i = 0; i < 8; i++) expect(queue.shift()).toBe(i);
  for (let i = 10; i < 48; i++) expect(queue.push(i)).toBe(true);
  expect(queue.push(99)).toBe(false);
  for (let i = 8; i < 48; i++) expect(queue.shift()).toBe(i);
  expect(queue.shift()).toBeUndefined();
});
