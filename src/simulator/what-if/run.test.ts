import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { stageOfManifests } from './manifests.ts';
import { condensed } from './print/chain-lines.ts';
import type { Report } from './report.ts';
import { DEFAULTS, whatIf } from './run.ts';
import { scenarioOfWords } from './scenario.ts';
import { budget, set } from './testing.ts';

interface Play {
  readonly nodes?: number;
  readonly zones?: readonly string[];
  readonly limitMs?: number;
}

async function play(
  objects: readonly KubeObject[],
  words: string,
  { nodes = 3, zones = ['a', 'b', 'c'], limitMs }: Play = {},
) {
  const manifests = objects.map((object) => ({ source: 'test.yaml', object }));
  const stage = stageOfManifests(manifests, { count: nodes, zones });
  const limit = limitMs === undefined ? {} : { limitMs };
  return whatIf({ ...DEFAULTS, ...limit, stage, scenario: scenarioOfWords(words)! });
}

const storageClass = (volumeBindingMode: string): KubeObject =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'disks' },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode,
  }) as KubeObject;

/** For each step whether all was as wanted when it ended. */
const well = ({ steps }: Report): boolean[] => steps.map(({ stuck, failed }) => stuck.length === 0 && !failed);
/** Why a step is stuck, in one text. */
const why = ({ steps }: Report, index: number): string =>
  (steps.at(index)?.stuck ?? []).flatMap(({ chain }) => condensed(chain).lines.map(({ text }) => text)).join('\n');
/** States of a member one after the other, from a moment on. */
const states = ({ members }: Report, ordinal: number, fromMs = 0): string[] =>
  (members[ordinal]?.intervals ?? []).filter(({ toMs }) => toMs > fromMs).map(({ state }) => state);

describe('a rollout stuck at ordinal 2', () => {
  it('stays stuck after an undo, until the broken pod is deleted by hand', async () => {
    const report = await play([set('web')], 'roll web:2 never-ready=2 then undo then delete-pod web-2');
    expect(well(report)).toEqual([true, false, false, true]);
    expect(why(report, 1)).toContain('is stuck at ordinal 2: web-2 runs it and has not been Ready');
    expect(why(report, 2)).toContain('the rollout was undone, but web-2 still runs revision 2');
    expect(report.steps.map(({ ended }) => ended)).toEqual(['at rest', 'at rest', 'at rest', 'at rest']);
    // Members that were not reached went on.
    expect(report.members.map(({ intervals }) => intervals.at(-1)?.image)).toEqual(['web:1', 'web:1', 'web:1']);
    expect(states(report, 0, report.steps[1]!.fromMs)).toEqual(['ready']);
    expect(report).toMatchObject({ outcome: 'as wanted', quorumLosses: [] });
  });

  it('recovers by the undo alone with replace-never-ready', async () => {
    const annotations = { 'perdure.dev/stuck-rollout': 'replace-never-ready' };
    const report = await play([set('web', { annotations })], 'roll web:2 never-ready=2 then undo');
    expect(well(report)).toEqual([true, false, true]);
    const undo = report.steps[2]!;
    // A start of two and a readiness of five seconds.
    expect(undo.changedMs - undo.fromMs).toBeGreaterThan(7_000);
    expect(undo.changedMs - undo.fromMs).toBeLessThan(10_000);
  });
});

describe('the loss of a zone', () => {
  it('takes a member with an Immediate class away for ever: its volume is there', async () => {
    const objects = [storageClass('Immediate'), set('db', { claims: 'disks' })];
    const report = await play(objects, 'lose-zone b nodes=deleted then wait 30m');
    const lost = report.members.findIndex(({ intervals }) => intervals.at(-1)?.state === 'pending');
    expect(well(report)).toEqual([true, false, false]);
    expect(why(report, -1)).toContain(`Pod db-${lost}: no node takes it: all 2 nodes cannot use its volume`);
    expect(why(report, -1)).toContain('can be used in zone b only, and there is no node there');
    expect(report.outcome).toBe('stuck');
  });

  it.each(['a', 'b', 'c'])('keeps the quorum with WaitForFirstConsumer and spread members: zone %s', async (zone) => {
    const podSpec = {
      topologySpreadConstraints: [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'db' } },
        },
      ],
    };
    const objects = [storageClass('WaitForFirstConsumer'), set('db', { claims: 'disks', podSpec })];
    const report = await play(objects, `lose-zone ${zone} then restore-zone ${zone}`);
    expect(report.quorumLosses).toEqual([]);
    expect(well(report)).toEqual([true, false, true]);
    const lost = report.members.filter(({ intervals }) => intervals.some(({ state }) => state === 'lost'));
    expect(lost).toHaveLength(1);
  });

  it('loses the quorum where two of three members are in it', async () => {
    const report = await play([set('db')], 'lose-zone a', { zones: ['a', 'b'], nodes: 3 });
    const step = report.steps[1]!;
    expect(report.quorumLosses).toMatchObject([{ set: 'default/db', fromMs: step.fromMs, toMs: step.toMs, ready: 1 }]);
  });
});

it('waits through the silence before the pods of a lost node are evicted', async () => {
  const report = await play([set('web')], 'roll web:2 then lose-node node-1 then restore-node node-1');
  const [, , lose, restore] = report.steps;
  const line = report.members.findIndex(({ intervals }) => intervals.some(({ state }) => state === 'lost'));
  const inStep = report.members[line]!.intervals.filter(
    ({ fromMs, toMs }) => toMs > lose!.fromMs && fromMs < restore!.fromMs,
  );
  expect(inStep.map(({ state }) => state)).toEqual(['lost', 'leaving']);
  // Found out after 40 to 50 seconds, tolerated for 300.
  expect(inStep[0]!.toMs - lose!.fromMs).toBeGreaterThan(335_000);
  expect(inStep[0]!.toMs - lose!.fromMs).toBeLessThan(360_000);
  expect(well(report)).toEqual([true, true, false, true]);
});

describe('a drain', () => {
  it('is stopped by a budget, which is named, with what it says', async () => {
    const report = await play([set('web'), budget('web', { minAvailable: 3 })], 'drain node-2');
    const step = report.steps[1]!;
    expect(step.failed).toBe(true);
    expect(step.notes.join()).toMatch(
      /default\/web-\d was not evicted, for PodDisruptionBudget web: .* needs 3 healthy/,
    );
    expect(why(report, 1)).toContain('it never allows an eviction');
    // Nobody waits ten minutes for what cannot change.
    expect(step.toMs - step.fromMs).toBeLessThan(200_000);
    expect(report.outcome).toBe('stuck');
  });

  it('goes through where the budget has room; the node stays empty until it is uncordoned', async () => {
    const report = await play([set('web'), budget('web', { maxUnavailable: 1 })], 'drain node-2 then uncordon node-2');
    expect(well(report)).toEqual([true, true, true]);
    expect(report.steps[1]?.notes.join()).toMatch(/^evicted: default\/web-\d$/);
    expect(report.members.flatMap(({ intervals }) => intervals.at(-1)?.node)).not.toContain('node-2');
  });
});

describe('followers that need their leader', () => {
  it('crash in a Parallel start until it is ready, and come up later by their back-off', async () => {
    const report = await play([set('kv', { parallel: true })], 'followers-need-leader');
    expect(well(report)).toEqual([true]);
    expect(report.steps[0]?.step).toBe('start, followers need their leader');
    expect(report.steps[0]?.notes.join()).toMatch(/^crashed: default\/kv-1 .*, default\/kv-2/);
    expect(states(report, 0)).not.toContain('crashing');
    expect(states(report, 1)).toContain('crashing');
  });

  it('do not crash in an ordered start', async () => {
    const report = await play([set('kv')], 'followers-need-leader');
    expect(report.steps[0]?.notes).toEqual([]);
    expect(states(report, 1)).not.toContain('crashing');
  });

  it('crash again, for ever, when the leader does not come back', async () => {
    const words = 'followers-need-leader then roll kv:2 never-ready=0';
    const report = await play([set('kv', { parallel: true })], words, { limitMs: 300_000 });
    expect(report.steps[1]).toMatchObject({ ended: 'limit', failed: false });
    expect(why(report, 1)).toContain('kv-0');
    expect(report.quorumLosses).toHaveLength(1);
  });
});

it('counts no loss of quorum where the set is deleted, or scaled to nothing', async () => {
  for (const words of ['delete cascade=foreground', 'delete', 'scale 0']) {
    const report = await play([set('web')], words);
    expect(report).toMatchObject({ outcome: 'as wanted', quorumLosses: [] });
    expect(report.members.map(({ intervals }) => intervals.at(-1)?.state)).toEqual(['absent', 'absent', 'absent']);
  }
});

it('is the same for the same seed', async () => {
  const once = await play([set('web')], 'roll web:2 crash=1 then lose-node node-1', { limitMs: 120_000 });
  const again = await play([set('web')], 'roll web:2 crash=1 then lose-node node-1', { limitMs: 120_000 });
  expect(JSON.stringify(again)).toBe(JSON.stringify(once));
});

it('takes nodes, zones and sizes from the manifests', async () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'big', labels: { 'topology.kubernetes.io/zone': 'x' } },
    spec: { taints: [{ key: 'only', value: 'db', effect: 'NoSchedule' }] },
    status: { capacity: { cpu: '2', memory: '4Gi', pods: '10' } },
  } as KubeObject;
  const report = await play([node, set('web')], 'start');
  expect(report.nodes).toEqual([{ name: 'big', zone: 'x' }]);
  expect(why(report, 0)).toContain('only=db');
});

it.each([
  ['undo', 'undo: default/web has only one revision'],
  ['roll db:2 set=db', 'there is no StatefulSet "db"; there is default/web.'],
  ['drain node-9', 'there is no node "node-9"; there is node-1, node-2, node-3.'],
  ['roll web:2 never-ready=3', 'roll: default/web has no ordinal 3; its ordinals are 0 to 2.'],
  ['annotate Bad_/key=x', 'annotate Bad_/key=x: the API refused it: StatefulSet.apps "web" is invalid'],
  ['lose-zone z', 'there is no node in a zone "z"; the zones are a, b, c.'],
  ['delete-pod web-7', 'delete-pod: there is no pod "web-7" at this point.'],
])('says what is wrong with %s', async (words, message) => {
  await expect(play([set('web')], words)).rejects.toThrow(message);
});

it('says which manifest is refused, and which is left out', async () => {
  const broken = { ...set('web'), spec: { ...set('web').spec, replicas: -1 } } as KubeObject;
  await expect(play([broken], 'start')).rejects.toThrow(
    'test.yaml: StatefulSet web was refused: StatefulSet.apps "web"',
  );
  await expect(play([budget('web', {})], 'start')).rejects.toThrow('there is no StatefulSet in the manifests');
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'web' } };
  const report = await play([set('web'), monitor as KubeObject], 'start');
  expect(report.notes).toEqual([
    'test.yaml: ServiceMonitor web is left out: monitoring.coreos.com/v1 is not a built-in API',
  ]);
});
