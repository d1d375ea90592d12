import { dataText, type Paint } from '../../../operations/why/index.ts';
import { wrapped } from '../../../operations/why/print.ts';
import { type MemberLine, type MemberState, memberName } from '../members.ts';
import type { Report, StepReport } from '../report.ts';
import type { Stuck } from '../sets.ts';
import { condensed } from './chain-lines.ts';
import {
  durationText,
  endOf,
  endText,
  lastText,
  lossText,
  type Panel,
  panelsOf,
  STATE_TEXT,
  stateAt,
  within,
} from './panels.ts';

export interface TextOptions {
  /** Columns; at least 60. */
  readonly width: number;
  readonly paint: Paint;
}

const SIGN: Readonly<Record<MemberState, string>> = {
  absent: ' ',
  pending: '·',
  starting: '░',
  'not-ready': '▒',
  crashing: '×',
  ready: '█',
  leaving: '╌',
  lost: '!',
};
const ORDER: readonly MemberState[] = ['pending', 'starting', 'not-ready', 'ready', 'crashing', 'leaving', 'lost'];
const GAP = '  ';
const BETWEEN = '   ';
const NARROWEST = 12;
/** Of larger sets only members that are not ready are listed one by one. */
const MANY = 12;
/** A state that has less of a cell than this is not its sign. */
const LEAST_SHARE = 0.1;

const painted = (paint: Paint, state: MemberState, text: string): string => {
  if (state === 'ready') return paint.good(text);
  if (state === 'crashing' || state === 'lost') return paint.bad(text);
  return state === 'not-ready' || state === 'leaving' ? paint.warn(text) : paint.dim(text);
};

/** The report for a terminal. Ends with a line break. */
export function printReport(report: Report, options: TextOptions): string {
  const { paint } = options;
  const { nodes, seed, scenario } = report;
  const zones = new Set(nodes.map(({ zone }) => zone).filter((zone) => zone !== ''));
  const where = `${nodes.length} node${nodes.length === 1 ? '' : 's'}${zones.size === 0 ? '' : ` in zones ${[...zones].join(', ')}`}`;
  const blocks = [
    `${wrapped(scenario, options.width, `${paint.bold('What if')}: `, '  ')}\n${paint.dim(`${where}, seed ${seed}; all times are virtual, from the beginning`)}`,
    ...report.notes.map((note) => wrapped(note, options.width, `${paint.warn('!')} `, '  ')),
    barsOf(report, options),
    ...report.steps.map((step, index) => stepText(step, index + 1, report.steps[index - 1], options)),
    quorumText(report, options),
    verdict(report, options),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function barsOf(report: Report, { width, paint }: TextOptions): string {
  const { members } = report;
  if (members.length === 0) return '';
  const label = Math.max(...members.map((line) => memberName(line).length), 4) + 2;
  const panels = panelsOf(report);
  const most = Math.max(1, Math.floor((width - label + GAP.length) / (NARROWEST + GAP.length)));
  const bands: string[] = [];
  const rows = Math.ceil(panels.length / most);
  const each = Math.ceil(panels.length / rows);
  for (let from = 0; from < panels.length; from += each) {
    bands.push(band(members, panels.slice(from, from + each), label, width, paint));
  }
  return [...bands, legend(label, width, paint)].join('\n\n');
}

function legend(indent: number, width: number, paint: Paint): string {
  const lines: string[] = [];
  let room = 0;
  for (const state of ORDER) {
    const needs = STATE_TEXT[state].length + 2 + BETWEEN.length;
    const entry = `${painted(paint, state, SIGN[state])} ${STATE_TEXT[state]}`;
    if (needs <= room) lines[lines.length - 1] += BETWEEN + entry;
    else {
      lines.push(' '.repeat(indent) + entry);
      room = width - indent + BETWEEN.length;
    }
    room -= needs;
  }
  return lines.join('\n');
}

function band(
  members: readonly MemberLine[],
  panels: readonly Panel[],
  label: number,
  width: number,
  paint: Paint,
): string {
  const cells = Math.floor((width - label - GAP.length * (panels.length - 1)) / panels.length);
  const heads = panels.map(({ number, fromMs, toMs }) => {
    const left = `${number}: ${durationText(fromMs)}`;
    const right = durationText(toMs);
    const fill = cells - left.length - right.length - 2;
    return fill < 1 ? left.padEnd(cells).slice(0, cells) : `${left} ${'─'.repeat(fill)} ${right}`;
  });
  const lines = [paint.dim(`${''.padEnd(label)}${heads.join(GAP)}`)];
  let set = '';
  const several = new Set(members.map((line) => line.set)).size > 1;
  for (const line of members) {
    if (several && line.set !== set) lines.push(paint.bold(line.set));
    set = line.set;
    const bars = panels.map((panel) => bar(line, panel, cells, paint));
    lines.push(`${memberName(line).padEnd(label)}${bars.join(GAP)}`);
  }
  return lines.map((text) => text.trimEnd()).join('\n');
}

function bar(line: MemberLine, { fromMs, toMs }: Panel, cells: number, paint: Paint): string {
  const stepMs = (toMs - fromMs) / cells;
  const states = Array.from({ length: cells }, (_, cell) =>
    cellState(line, fromMs + cell * stepMs, fromMs + (cell + 1) * stepMs),
  );
  let text = '';
  for (let at = 0; at < cells; ) {
    const state = states[at]!;
    let end = at + 1;
    while (end < cells && states[end] === state) end++;
    text += painted(paint, state, SIGN[state].repeat(end - at));
    at = end;
  }
  return text;
}

/** What lasted longest; being ready gives way to whatever else happened. */
function cellState(line: MemberLine, fromMs: number, toMs: number): MemberState {
  const shares = new Map<MemberState, number>();
  for (const one of within(line, fromMs, toMs)) {
    shares.set(one.state, (shares.get(one.state) ?? 0) + (one.toMs - one.fromMs) / (toMs - fromMs));
  }
  const known = [...shares].filter(([, share]) => share >= LEAST_SHARE).sort((a, b) => b[1] - a[1]);
  return (known.find(([state]) => state !== 'ready') ?? known[0])?.[0] ?? 'absent';
}

function stepText(
  step: StepReport,
  number: number,
  before: StepReport | undefined,
  { width, paint }: TextOptions,
): string {
  const wrong = step.stuck.length > 0 || step.failed;
  const end = endText(step);
  const lines = [
    wrapped(step.step, width, `${paint.bold(`${number}`)}  `, '   '),
    `   ${paint.dim(`at ${durationText(step.fromMs)}: `)}${end}; ${wrong ? paint.bad('not as wanted') : paint.good('as wanted')}`,
    ...step.notes.map((note) => wrapped(note, width, '   · ', '     ')),
    ...step.stuck.map((one) => stuckText(one, before, width, paint)),
  ];
  return lines.join('\n');
}

/** Rule and way out are not said again while the story is the same. */
function stuckText({ subject, chain }: Stuck, before: StepReport | undefined, width: number, paint: Paint): string {
  const { causes, lines, rule, way } = condensed(chain);
  const earlier = before?.stuck.find((one) => one.subject === subject);
  const texts = [`   ${paint.bold(subject)}: ${paint.bad(chain.headline)}`];
  for (const { depth, text } of lines) {
    const indent = ' '.repeat(5 + 2 * depth);
    const arrow = depth === 0 ? '' : '← ';
    texts.push(wrapped(text, width, indent + arrow, indent + ' '.repeat(arrow.length)));
  }
  if (earlier !== undefined && condensed(earlier.chain).causes === causes) return texts.join('\n');
  if (rule !== null) texts.push(wrapped(rule, width, '     · ', '       '));
  if (way !== null) {
    texts.push(wrapped(`way out: ${way.does} [${dataText(way.data)}]`, width, '     · ', '       '));
    texts.push(...way.commands.map((command) => `         ${paint.dim('$')} ${command}`));
  }
  return texts.join('\n');
}

function quorumText(report: Report, { width, paint }: TextOptions): string {
  const { quorumLosses, members } = report;
  const endMs = endOf(report);
  const sets = [...new Set(members.map(({ set }) => set))];
  const lines = sets.flatMap((set) => {
    const losses = quorumLosses.filter((loss) => loss.set === set);
    if (losses.length === 0) return [`  ${set}: ${paint.good('never lost')}`];
    return losses.map((loss) => wrapped(`${set}: ${lossText(loss, endMs)}`, width, '  ', '    '));
  });
  return lines.length === 0
    ? ''
    : [paint.bold('Quorum (a majority of the replicas ready, once it was)'), ...lines].join('\n');
}

function verdict(report: Report, { paint }: TextOptions): string {
  const endMs = endOf(report);
  const label = Math.max(0, ...report.members.map((line) => memberName(line).length)) + 2;
  const sets = [...new Set(report.members.map(({ set }) => set))];
  const last = sets.flatMap((set) => {
    const members = report.members.filter((line) => line.set === set);
    const told = members.length <= MANY ? members : members.filter((line) => stateAt(line, endMs) !== 'ready');
    const texts = told.map((line) => `  ${memberName(line).padEnd(label)}${lastText(line, endMs)}`);
    const rest = members.length - told.length;
    return rest === 0 ? texts : [...texts, `  ${set}: ${rest}${told.length === 0 ? '' : ' others'} ready`];
  });
  const word = report.outcome === 'stuck' ? paint.bad('stuck') : paint.good('as wanted');
  return [`${paint.bold(`At the end (${durationText(endMs)})`)}: ${word}`, ...last].join('\n');
}
