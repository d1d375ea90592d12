import { describe, expect, it } from 'vitest';
import { OPT_IN, optInsOf, readOptIns } from './stateful-set-opt-ins.ts';

const templates = [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '10Gi' } } } }];
const read = (key: keyof typeof OPT_IN, text: string) => readOptIns({ [OPT_IN[key]]: text }, templates);

describe('opt-ins of a StatefulSet', () => {
  it('are all off without annotations, and read once per version of the set', () => {
    const off = readOptIns({ 'kubectl.kubernetes.io/last-applied-configuration': '{}' }, []);
    expect(off).toMatchObject({ replaceNeverReady: false, conditions: false, correctedCounting: false, problems: [] });
    expect([off.ordinalBackoff, off.reservedOrdinals, off.claimGrowth.size]).toEqual([null, [], 0]);
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { annotations: { [OPT_IN.conditions]: 'true' } },
    };
    expect(optInsOf(set)).toBe(optInsOf(set));
    expect(optInsOf(set).conditions).toBe(true);
  });

  it('are read from their formats', () => {
    expect(read('stuckRollout', 'replace-never-ready').replaceNeverReady).toBe(true);
    expect(read('conditions', 'false')).toMatchObject({ conditions: false, problems: [] });
    expect(read('progressDeadline', '90').progressDeadlineMs).toBe(90_000);
    expect(read('counting', 'corrected').correctedCounting).toBe(true);
    expect(read('backoff', '10s .. 5m').ordinalBackoff).toEqual({ initialMs: 10_000, maxMs: 300_000 });
    expect(read('reserved', '7, 1,4-6,5-6').reservedOrdinals).toEqual([
      { first: 1, last: 1 },
      { first: 4, last: 7 },
    ]);
    expect([...read('growth', 'data=20Gi').claimGrowth]).toEqual([['data', '20Gi']]);
  });

  it.each([
    ['stuckRollout', 'yes'],
    ['conditions', '1'],
    ['progressDeadline', '0'],
    ['progressDeadline', '1m'],
    ['counting', 'Corrected'],
    ['backoff', '10s'],
    ['backoff', '5m..10s'],
    ['backoff', '0s..1s'],
    ['backoff', 'soon..later'],
    ['reserved', '1,x'],
    ['reserved', '6-4'],
    ['reserved', '1,'],
    ['reserved', '3000000000'],
    ['growth', 'data'],
    ['growth', 'logs=20Gi'],
    ['growth', 'data=9Gi'],
    ['growth', 'data=much'],
    ['growth', 'data=20Gi,data=30Gi'],
  ] as const)('%s: %s is ignored, and the problem says where and what to write', (key, text) => {
    const { problems, ...rest } = read(key, text);
    const { problems: none, ...off } = readOptIns({}, []);
    expect([rest, none]).toEqual([off, []]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`metadata.annotations[${OPT_IN[key]}]: "${text}" is ignored: `);
    expect(problems[0]).toMatch(/write /);
  });
});
