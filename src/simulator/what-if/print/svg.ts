import { type MemberLine, type MemberState, memberName } from '../members.ts';
import type { QuorumLoss } from '../quorum.ts';
import { escaped } from './escaped.ts';
import { durationText, type Panel, STATE_TEXT, within } from './panels.ts';

const ROW = 26;
const BAR = 16;
const HEAD = 44;
const FOOT = 22;
const GAP = 14;
const WIDTH = 1060;
const NARROWEST = 110;
const CHARACTER = 7.4;
/** A bar that nobody would see says nothing. */
const THINNEST = 1.5;
const LEGEND: readonly MemberState[] = ['pending', 'starting', 'not-ready', 'ready', 'crashing', 'leaving', 'lost'];

interface Placed {
  readonly panel: Panel;
  readonly x: number;
  readonly width: number;
}

/** Panels side by side; the length of a step shows, but no step takes all the room. */
function placed(panels: readonly Panel[], left: number): readonly Placed[] {
  const room = Math.max(WIDTH - left - GAP * (panels.length - 1), NARROWEST * panels.length);
  const spare = room - NARROWEST * panels.length;
  const weights = panels.map(({ fromMs, toMs }) => Math.sqrt(toMs - fromMs));
  const sum = weights.reduce((a, b) => a + b, 0);
  let x = left;
  return panels.map((panel, index) => {
    const width = NARROWEST + (spare * weights[index]!) / sum;
    const at = { panel, x, width };
    x += width + GAP;
    return at;
  });
}

const number = (value: number): string => String(Math.round(value * 10) / 10);
const rect = (x: number, y: number, width: number, height: number, attributes: string, inner = ''): string =>
  `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" ${attributes}>${inner}</rect>`;
const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${number(x)}" y="${number(y)}" ${attributes}>${escaped(content)}</text>`;

/** One set: a row a member, a panel a step; times without a majority are marked on top. */
export function timelineSvg(
  lines: readonly MemberLine[],
  panels: readonly Panel[],
  losses: readonly QuorumLoss[],
): string {
  const left = Math.max(...lines.map((line) => memberName(line).length)) * CHARACTER + 16;
  const places = placed(panels, left);
  const last = places.at(-1);
  const width = last === undefined ? WIDTH : last.x + last.width + 2;
  const height = HEAD + lines.length * ROW + FOOT;
  const names = lines.map((line, row) => text(0, HEAD + row * ROW + BAR - 4, memberName(line), 'class="name"'));
  const body = places.map((place) => panelSvg(place, lines, losses));
  const label = `What became of ${lines.length} members`;
  return `<svg role="img" aria-label="${label}" width="${number(width)}" height="${height}" viewBox="0 0 ${number(width)} ${height}">${names.join('')}${body.join('')}</svg>`;
}

function panelSvg({ panel, x, width }: Placed, lines: readonly MemberLine[], losses: readonly QuorumLoss[]): string {
  const { fromMs, toMs, title } = panel;
  const perMs = width / (toMs - fromMs);
  const at = (ms: number): number => x + (ms - fromMs) * perMs;
  const letters = Math.floor(width / 6.5);
  const head = `${panel.number}. ${title}`;
  const short = head.length > letters ? `${head.slice(0, letters - 1)}…` : head;
  const height = lines.length * ROW;
  const parts = [
    `<g><title>${escaped(head)}</title>${text(x, 16, short)}</g>`,
    rect(x, HEAD - 6, width, height + 4, 'class="frame"'),
    text(x, HEAD + height + 14, durationText(fromMs), 'class="dim"'),
    text(x + width, HEAD + height + 14, durationText(toMs), 'class="dim" text-anchor="end"'),
  ];
  for (const loss of losses) {
    const [from, to] = [Math.max(loss.fromMs, fromMs), Math.min(loss.toMs, toMs)];
    if (to <= from) continue;
    const why = `<title>${escaped(`fewer than ${loss.quorum} ready`)}</title>`;
    parts.push(rect(at(from), HEAD - 14, Math.max((to - from) * perMs, THINNEST), 5, 'class="loss"', why));
  }
  lines.forEach((line, row) => {
    for (const one of within(line, fromMs, toMs)) {
      if (one.state === 'absent') continue;
      const when = `${durationText(one.fromMs)} to ${durationText(one.toMs)}`;
      const where = one.node === '' ? '' : ` on ${one.node}`;
      const tip = escaped(`${memberName(line)} ${STATE_TEXT[one.state]}${where}, ${one.image}, ${when}`);
      const wide = Math.max((one.toMs - one.fromMs) * perMs, THINNEST);
      parts.push(rect(at(one.fromMs), HEAD + row * ROW, wide, BAR, `class="s-${one.state}"`, `<title>${tip}</title>`));
    }
  });
  return parts.join('');
}

/** What the colours mean. */
export function legendSvg(): string {
  let x = 0;
  const parts = LEGEND.map((state) => {
    const part = rect(x, 4, 14, 14, `class="s-${state}"`) + text(x + 20, 15, STATE_TEXT[state]);
    x += 36 + STATE_TEXT[state].length * CHARACTER;
    return part;
  });
  parts.push(rect(x, 8, 14, 5, 'class="loss"'), text(x + 20, 15, 'no majority ready'));
  return `<svg width="${number(x + 150)}" height="24">${parts.join('')}</svg>`;
}
