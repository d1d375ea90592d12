import { describe, expect, it } from 'vitest';
import { candidates, type Place, type TrafficPolicy } from './candidates.ts';
import { endpointsOf } from './endpoints.ts';
import { DRAINING, endpoint, NOT_READY, slice } from './testing/objects.ts';

const A: Place = { node: 'a', zone: 'east' };
const B: Place = { node: 'b', zone: 'west' };

function chosen(endpoints: readonly object[], policy: TrafficPolicy, from: Place | null): number[] {
  const known = endpointsOf({ name: 'http', protocol: 'TCP' }, [slice(endpoints)], () => true);
  return candidates(known, policy, from).map(({ address }) => Number(address.split('.')[3]));
}

describe('candidates', () => {
  it('are the ready endpoints; conditions not said mean ready', () => {
    const endpoints = [endpoint(1), endpoint(2, NOT_READY), endpoint(3, DRAINING), endpoint(4, { conditions: {} })];
    expect(chosen(endpoints, 'Cluster', A)).toEqual([1, 4]);
  });

  it('are those that serve while they end, when nobody is ready', () => {
    const gone = { conditions: { ready: false, serving: false, terminating: true } };
    const endpoints = [endpoint(1, NOT_READY), endpoint(2, DRAINING), endpoint(3, gone)];
    expect(chosen(endpoints, 'Cluster', A)).toEqual([2]);
  });

  it('are on the node of the client with policy Local, the fallback included', () => {
    const endpoints = [endpoint(1), endpoint(2, { nodeName: 'b' }), endpoint(3, { ...DRAINING, nodeName: 'c' })];
    expect(chosen(endpoints, 'Local', A)).toEqual([1]);
    expect(chosen(endpoints, 'Local', B)).toEqual([2]);
    expect(chosen(endpoints, 'Local', { node: 'c', zone: null })).toEqual([3]);
    expect(chosen(endpoints, 'Local', { node: 'd', zone: null })).toEqual([]);
    // The machine itself is every node.
    expect(chosen(endpoints, 'Local', null)).toEqual([1, 2]);
  });

  it('follow hints only when every ready endpoint has one and one is for the client', () => {
    const zone = (name: string) => ({ hints: { forZones: [{ name }] } });
    const both = [endpoint(1, zone('east')), endpoint(2, zone('west'))];
    expect(chosen(both, 'Cluster', A)).toEqual([1]);
    expect(chosen(both, 'Cluster', { node: 'x', zone: 'north' })).toEqual([1, 2]);
    expect(chosen(both, 'Cluster', null)).toEqual([1, 2]);
    expect(chosen([...both, endpoint(3)], 'Cluster', A)).toEqual([1, 2, 3]);
    // One that is not ready has no say.
    expect(chosen([...both, endpoint(3, NOT_READY)], 'Cluster', A)).toEqual([1]);
  });

  it('prefer the node to the zone, where both are hinted', () => {
    const at = (node: string, name: string) => ({ hints: { forZones: [{ name }], forNodes: [{ name: node }] } });
    const endpoints = [endpoint(1, at('a', 'east')), endpoint(2, at('c', 'east')), endpoint(3, at('b', 'west'))];
    expect(chosen(endpoints, 'Cluster', A)).toEqual([1]);
    expect(chosen(endpoints, 'Cluster', { node: 'z', zone: 'east' })).toEqual([1, 2]);
  });
});
