import { describe, expect, it } from 'vitest';
import { describeStep, readScenario, type ScenarioStep, scenarioOfWords } from './scenario.ts';

const words = (text: string): readonly ScenarioStep[] | undefined => scenarioOfWords(text)?.steps;
const yaml = (...steps: unknown[]): readonly ScenarioStep[] => readScenario({ steps }, 's.yaml').steps;

describe('scenarios', () => {
  it('are words joined by then', () => {
    expect(words('roll web:2 never-ready=2 then undo then wait 90s')).toEqual([
      { do: 'roll', image: 'web:2', neverReady: 2 },
      { do: 'undo' },
      { do: 'wait', forMs: 90_000 },
    ]);
    expect(words('drain node-1 timeout=5m; scale 0 set=a/web')).toEqual([
      { do: 'drain', node: 'node-1', timeoutMs: 300_000 },
      { do: 'scale', replicas: 0, set: 'a/web' },
    ]);
    expect(words('annotate perdure.dev/stuck-rollout=replace-never-ready set=web')).toEqual([
      { do: 'annotate', annotations: { 'perdure.dev/stuck-rollout': 'replace-never-ready' }, set: 'web' },
    ]);
  });

  it('are YAML with the same steps', () => {
    expect(
      yaml({ roll: { image: 'web:2', crash: 1 } }, 'undo', { 'lose-zone': 'a' }, { delete: { cascade: 'orphan' } }),
    ).toEqual([
      { do: 'roll', image: 'web:2', crash: 1 },
      { do: 'undo' },
      { do: 'lose-zone', zone: 'a', nodes: 'kept' },
      { do: 'delete', cascade: 'orphan' },
    ]);
    expect(readScenario({ name: 'mine', steps: [] }, 's.yaml').name).toBe('mine');
  });

  it('may begin with the start that is done anyway', () => {
    expect(words('start')).toEqual([]);
    expect(words('start then undo')).toEqual([{ do: 'undo' }]);
    expect(() => words('undo then start')).toThrow('"start" can only be the first step');
  });

  it('are a file where they do not begin with a step', () => {
    expect(scenarioOfWords('drian node-1')).toBeNull();
    expect(scenarioOfWords('scenarios/mine.yaml')).toBeNull();
  });

  const bad: readonly (readonly [string, () => unknown, string])[] = [
    [
      'an unknown step',
      () => words('undo then rol web:2'),
      '--scenario: step 2: unknown step "rol"; known are start, roll',
    ],
    ['an unknown field', () => words('roll web:2 never=2'), 'step 1 roll: unknown field "never"; known are image, set'],
    ['a missing value', () => words('drain'), '--scenario: step 1 drain: "node" is missing'],
    ['two values', () => words('roll a b'), '--scenario: step 1: both "a" and "b" for image'],
    ['no number', () => words('scale many'), 'scale: "replicas" wants a number, not "many"'],
    ['no duration', () => words('wait long'), 'wait: "for" wants a duration such as 90s or 10m, not "long"'],
    ['no choice', () => words('delete web cascade=all'), 'delete: "cascade" is one of background, foreground, orphan'],
    ['no annotations', () => words('annotate web'), 'annotate: "annotations" wants key: value pairs'],
    ['a value for nothing', () => words('start web'), 'step 1: "start" takes no value, not "web"'],
    ['a list for a value', () => yaml({ roll: { image: ['a'] } }), 's.yaml: step 1 roll: "image" wants one value'],
    ['two steps in one', () => yaml({ undo: null, wait: '1m' }), 's.yaml: step 1: a step is one of start, roll'],
    ['no steps', () => readScenario({ name: 'x' }, 's.yaml'), 's.yaml: a scenario has a list of "steps"'],
    ['no scenario', () => readScenario(null, 's.yaml'), 's.yaml: a scenario has a list of "steps"'],
  ];
  it.each(bad)('say what is wrong: %s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  it('are told as sentences', () => {
    const told = words('roll web:2 never-ready=2 set=web then wait 10m then lose-zone a nodes=deleted')?.map(
      describeStep,
    );
    expect(told).toEqual(['roll web to web:2, ordinal 2 never gets ready with it', 'wait 10m', 'lose zone a for good']);
  });
});
