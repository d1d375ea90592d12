import { describe, expect, it } from 'vitest';
import type { Node } from '../framework/objects.ts';
import { missingMarks, ttlStep } from './marks.ts';

const node = (labels: object, annotations: object = {}): Node =>
  ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels, annotations }, spec: {} }) as unknown as Node;
const TTL = 'node.alpha.kubernetes.io/ttl';

describe('missingMarks', () => {
  it('has the beta labels follow the stable ones', () => {
    const patch = missingMarks(
      node({ 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/os': 'old' }, { [TTL]: '0' }),
      0,
    );
    expect(patch).toEqual({ metadata: { labels: { 'beta.kubernetes.io/os': 'linux' } } });
  });

  it('is nothing when all is there', () => {
    expect(missingMarks(node({}, { [TTL]: '15' }), 1)).toBeNull();
    expect(missingMarks(node({}), 1)).toEqual({ metadata: { annotations: { [TTL]: '15' } } });
  });
});

it('steps up past a size and down only well below it', () => {
  expect(ttlStep(0, 100)).toBe(0);
  expect(ttlStep(0, 101)).toBe(1);
  expect(ttlStep(1, 95)).toBe(1);
  expect(ttlStep(1, 89)).toBe(0);
  expect(ttlStep(0, 5000)).toBe(4);
});
