import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../operations/why/index.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { stageOfManifests } from '../manifests.ts';
import type { Report, StepReport } from '../report.ts';
import { DEFAULTS, whatIf } from '../run.ts';
import { scenarioOfWords } from '../scenario.ts';
import { set } from '../testing.ts';
import { printHtml } from './html.ts';
import { durationText, endText, panelsOf } from './panels.ts';
import { printReport } from './text.ts';

async function play(objects: readonly KubeObject[], words: string): Promise<Report> {
  const manifests = objects.map((object) => ({ source: 'test', object }));
  const stage = stageOfManifests(manifests, { count: 2, zones: [] });
  return whatIf({ ...DEFAULTS, stage, scenario: scenarioOfWords(words)! });
}
const text = (report: Report, width = 100): string => printReport(report, { width, paint: PLAIN });

describe('the text', () => {
  it('has a row of signs for each member, below the times of each step', async () => {
    const lines = text(await play([set('web', { replicas: 2 })], 'roll web:2 never-ready=1')).split('\n');
    const head = lines.findIndex((line) => line.includes('1: 0s ─'));
    expect(lines[head]).toMatch(/^ {7}1: 0s ─+ 1[0-9]s {2}2: 2m\d\ds ─+ 2m\d\ds$/);
    const [first, second] = [lines[head + 1]!, lines[head + 2]!];
    expect(first).toMatch(/^web-0 {2}░+▒+█+ {2}█+$/);
    expect(second).toMatch(/^web-1 +░+▒+█+ {2}░+▒+$/);
    expect(new Set([first, second].map(({ length }) => length))).toEqual(new Set([lines[head]!.length]));
    expect(lines.find((line) => line.startsWith('At the end ('))).toMatch(/: stuck$/);
    expect(lines.find((line) => line.startsWith('  web-1'))).toMatch(/^ {2}web-1 {2}not ready on node-\d, web:2$/);
  });

  it('fits the screen: many steps are broken into bands, nothing but commands is wider', async () => {
    const objects = [set('a-rather-long-name', { replicas: 2 }), set('b', { replicas: 1 })];
    const step = 'scale 1 set=b';
    const report = await play(objects, ['roll x:2 crash=0 set=b', ...Array(7).fill(step)].join(' then '));
    for (const width of [60, 100]) {
      const lines = text(report, width).split('\n');
      expect(lines.filter((line) => line.length > width && !/^ +\$ kubectl/.test(line))).toEqual([]);
      expect(lines.filter((line) => line.startsWith('b-0  ')).length).toBeGreaterThan(1);
    }
    expect(text(report)).toContain('default/a-rather-long-name\n');
  });
});

it('lists of large sets only who is not ready at the end', async () => {
  const report = await play([set('web', { replicas: 14, parallel: true })], 'roll web:2 never-ready=13');
  const [, end = ''] = text(report).split('At the end');
  expect(end.split('\n').slice(1, -1)).toEqual([
    expect.stringMatching(/^ {2}web-13 {2}not ready on node-\d, web:2$/),
    '  default/web: 13 others ready',
  ]);
});

describe('the page', () => {
  it('escapes every text of the user', async () => {
    const report = await play([set('web', { replicas: 1 })], 'roll web:2');
    const nasty = '<script>alert("&")</script>';
    const step: StepReport = { ...report.steps[0]!, step: nasty, notes: [nasty] };
    const members = report.members.map((line) => ({
      ...line,
      intervals: line.intervals.map((one) => ({ ...one, node: nasty, image: nasty })),
    }));
    const nodes = [{ name: nasty, zone: nasty }];
    const page = printHtml({ ...report, scenario: nasty, notes: [nasty], nodes, members, steps: [step] });
    expect(page).not.toContain('<script');
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(8);
    expect(page).not.toMatch(/(src|href)=/);
  });

  it('draws one row a member and one frame a step, all within the picture', async () => {
    const page = printHtml(await play([set('web')], 'roll web:2 never-ready=2 then undo'));
    const [svg = ''] = /<svg role.*?<\/svg>/s.exec(page) ?? [];
    expect(svg.match(/class="frame"/g)).toHaveLength(3);
    expect(svg.match(/class="name"/g)).toHaveLength(3);
    const [, width = '0'] = /viewBox="0 0 ([\d.]+)/.exec(svg) ?? [];
    for (const [, x, wide] of svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)) {
      expect(Number(x) + Number(wide)).toBeLessThanOrEqual(Number(width));
    }
  });
});

it('shows of a step what happened, not the silence after it', () => {
  const step = { step: 'x', fromMs: 1_000, toMs: 130_000, changedMs: 11_000, failed: false, notes: [], stuck: [] };
  const panel = (ended: StepReport['ended']) =>
    panelsOf({ steps: [{ ...step, ended }] } as unknown as Report).map(({ fromMs, toMs }) => toMs - fromMs);
  expect([panel('at rest'), panel('limit'), panel('waited')]).toEqual([[11_200], [129_000], [129_000]]);
  expect(endText({ ...step, ended: 'at rest' })).toBe('at rest after 10s');
  expect(endText({ ...step, ended: 'at rest', changedMs: 1_000 })).toBe('nothing changed');
  expect(endText({ ...step, ended: 'limit' })).toBe('still changing after 2m09s');
});

it('says durations as people do', () => {
  expect([0, 2_400, 9_000, 59_600, 150_000, 3_900_000].map(durationText)).toEqual([
    '0s',
    '2.4s',
    '9s',
    '1m00s',
    '2m30s',
    '1h05m',
  ]);
});
