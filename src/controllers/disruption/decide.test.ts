import { describe, expect, it } from 'vitest';
import type { Pod } from '../framework/objects.ts';
import { decideBudget, type PodDisruptionBudget } from './decide.ts';

const NOW = Date.UTC(2026, 0, 1);
const budget = (spec: object, status: object = {}): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', generation: 2 },
    spec,
    status,
  }) as PodDisruptionBudget;
const pods = (healthy: number, unhealthy = 0): Pod[] =>
  Array.from({ length: healthy + unhealthy }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}` },
    spec: { containers: [] },
    status: { conditions: [{ type: 'Ready', status: index < healthy ? 'True' : 'False' }] },
  }));
const counts = (b: PodDisruptionBudget, p: Pod[], scale = p.length) => {
  const { desiredHealthy, currentHealthy, disruptionsAllowed } = decideBudget(b, p, scale, NOW).status;
  return [desiredHealthy, currentHealthy, disruptionsAllowed];
};

describe('decideBudget', () => {
  it('rounds percentages up, for both sides', () => {
    expect(counts(budget({ minAvailable: '50%' }), pods(3))).toEqual([2, 3, 1]);
    expect(counts(budget({ maxUnavailable: '30%' }), pods(5))).toEqual([3, 5, 2]);
  });

  it('never allows less than nothing', () => {
    expect(counts(budget({ minAvailable: 3 }), pods(1, 2))).toEqual([3, 1, 0]);
    expect(counts(budget({ maxUnavailable: 1 }), [], 0)).toEqual([0, 0, 0]);
  });

  it('counts a granted eviction as done for two minutes', () => {
    const granted = (secondsAgo: number) =>
      budget({ maxUnavailable: 1 }, { disruptedPods: { p0: new Date(NOW - secondsAgo * 1000).toISOString() } });
    expect(counts(granted(30), pods(3))).toEqual([2, 2, 0]);
    expect(decideBudget(granted(30), pods(3), 3, NOW).recheckAfterMs).toBe(90_000);
    const late = decideBudget(granted(121), pods(3), 3, NOW);
    expect([late.status.disruptionsAllowed, late.notDeleted.map((pod) => pod.metadata.name)]).toEqual([1, ['p0']]);
  });
});
