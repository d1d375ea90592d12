import { describe, expect, it } from 'vitest';
import { Balancer } from './balancer.ts';
import { type ListenerPlan, planService } from './plan.ts';
import { endpoint, NOT_READY, service, slice, WORLD } from './testing/objects.ts';

const AFFINE = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } };
const planOf = (endpoints: readonly object[], spec: object = {}): ListenerPlan =>
  planService(service(spec), [slice(endpoints)], WORLD)[0]!;
const pick = (balancer: Balancer, client = '10.100.9.1', nowMs = 0): number =>
  Number(balancer.pick(client, null, nowMs)?.address.split('.')[3]);

describe('Balancer', () => {
  it('takes endpoints in turn, of what is there now', () => {
    const balancer = new Balancer(planOf([endpoint(1), endpoint(2)]));
    expect([pick(balancer), pick(balancer), pick(balancer)]).toEqual([1, 2, 1]);
    balancer.update(planOf([endpoint(1, NOT_READY), endpoint(2)]));
    expect([pick(balancer), pick(balancer)]).toEqual([2, 2]);
  });

  it('turns a client away whom nobody on its node may serve', () => {
    const balancer = new Balancer(planOf([endpoint(1)], { internalTrafficPolicy: 'Local' }));
    expect(balancer.pick('x', { node: 'b', zone: null }, 0)).toBeNull();
    expect(balancer.pick('x', { node: 'a', zone: null }, 0)).toMatchObject({ address: '10.100.1.1', port: 8080 });
  });

  it('leads a client back for as long as its affinity lasts, counted from its last connection', () => {
    const balancer = new Balancer(planOf([endpoint(1), endpoint(2)], AFFINE));
    expect([pick(balancer, 'p', 0), pick(balancer, 'q', 0)]).toEqual([1, 2]);
    expect([pick(balancer, 'p', 9_000), pick(balancer, 'p', 18_000)]).toEqual([1, 1]);
    expect(pick(balancer, 'q', 10_000)).toBe(1);
  });

  it('leaves an endpoint that is no candidate any more at once, and does not come back to it', () => {
    const balancer = new Balancer(planOf([endpoint(1), endpoint(2)], AFFINE));
    expect(pick(balancer, 'p')).toBe(1);
    balancer.update(planOf([endpoint(1, NOT_READY), endpoint(2)], AFFINE));
    expect(pick(balancer, 'p')).toBe(2);
    balancer.update(planOf([endpoint(1), endpoint(2)], AFFINE));
    expect(pick(balancer, 'p')).toBe(2);
  });

  it('remembers ten thousand clients, those who came last', () => {
    const balancer = new Balancer(planOf([endpoint(1), endpoint(2)], AFFINE));
    expect(pick(balancer, 'first')).toBe(1);
    expect(pick(balancer, 'second')).toBe(2);
    pick(balancer, 'first');
    for (let i = 0; i < 9_999; i++) pick(balancer, `client-${i}`);
    expect(pick(balancer, 'first')).toBe(1);
    // Forgotten is who was away longest: it gets whoever has the turn.
    expect(pick(balancer, 'another')).toBe(2);
    expect(pick(balancer, 'second')).toBe(1);
  });
});
