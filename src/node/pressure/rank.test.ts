import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { type Candidate, evictionMessage, victimOf } from './rank.ts';
import { type Observation, parseThresholds, shortages } from './thresholds.ts';

const Mi = 1 << 20;
const observed: Observation = {
  'memory.available': { available: 50 * Mi, capacity: 1000 * Mi },
  'nodefs.available': { available: 90 * Mi, capacity: 1000 * Mi },
};
const candidate = (name: string, used: number, request: number, priority = 0): Candidate => ({
  pod: { metadata: { name }, spec: { priority } } as unknown as KubeObject,
  containers: [{ name: 'c', used, request }],
  used,
  request,
});

describe('thresholds', () => {
  it('are quantities or shares of what there is; memory comes first', () => {
    const met = shortages(
      parseThresholds('nodefs.available<10%,memory.available<100Mi,nodefs.inodesFree<5%'),
      observed,
    );
    expect(met.map(({ signal, threshold }) => [signal, threshold])).toEqual([
      ['memory.available', 100 * Mi],
      ['nodefs.available', 100 * Mi],
    ]);
    expect(shortages(parseThresholds('memory.available<50Mi,nodefs.available<9%'), observed)).toEqual([]);
    expect(shortages(parseThresholds(''), observed)).toEqual([]);
  });
  it('say what they do not understand', () => {
    expect(() => parseThresholds('imagefs.available<1Gi')).toThrow('unknown eviction signal "imagefs.available"');
    expect(() => parseThresholds('memory.available<120%')).toThrow('below 100%');
    expect(() => parseThresholds('memory.available<much')).toThrow(RangeError);
  });
});

describe('the pod to give up', () => {
  it('uses more than it asked for, matters least, or uses most beyond its request', () => {
    const modest = candidate('modest', 10, 20);
    const greedy = candidate('greedy', 30, 20, 5);
    expect(victimOf([modest, greedy])?.pod.metadata.name).toBe('greedy');
    expect(victimOf([greedy, candidate('lesser', 21, 20, 1)])?.pod.metadata.name).toBe('lesser');
    expect(victimOf([greedy, candidate('greedier', 50, 20, 5)])?.pod.metadata.name).toBe('greedier');
    expect(victimOf([candidate('system', 1000, 0, 2_000_000_000)])).toBeNull();
  });
  it('is told why in upstream words', () => {
    const [shortage] = shortages(parseThresholds('memory.available<100Mi'), observed);
    expect(evictionMessage(shortage!, candidate('p', 1024 * Mi, 0))).toBe(
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ' +
        'Container c was using 1Gi, request is 0, has larger consumption of memory. ',
    );
    expect(evictionMessage(shortage!, candidate('p', Mi, 2 * Mi))).toMatch(/available: 50Mi\. $/);
  });
});
