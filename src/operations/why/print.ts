import { type Chain, dataText, type Finding, type Severity, type Way } from './chain.ts';
import type { Subject } from './subject.ts';

/** Colours, or none: each takes and gives text. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = { bold: same, dim: same, good: same, warn: same, bad: same };

export interface PrintOptions {
  /** Columns of the screen. */
  readonly width: number;
  readonly paint: Paint;
  /** What the user types for kubectl here: `kubectl --context prod`. */
  readonly kubectl?: string;
}

const SEVERITY_LABEL: Readonly<Record<Severity, string>> = {
  blocks: 'blocks',
  waits: 'waits',
  warning: 'warning',
  risk: 'risk',
  note: 'note',
};

/** Breaks at blanks; words longer than a line stay whole, so that commands can be copied. */
export function wrapped(text: string, width: number, first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  lines.push(line);
  return lines.join('\n');
}

const nameOf = ({ kind, namespace, name }: Subject): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;

/** The answer as people read it: headline, chain, rules, ways out, and what else is worth knowing. Ends with a line break. */
export function printChain(chain: Chain, options: PrintOptions): string {
  const { paint } = options;
  const headPaint = chain.state === 'blocked' ? paint.bad : chain.state === 'fine' ? paint.good : paint.warn;
  const blocks: string[] = [`${paint.bold(nameOf(chain.subject))}: ${headPaint(chain.headline)}`];
  const main = chain.findings.filter(({ severity }) => severity === 'blocks' || severity === 'waits');
  const rest = chain.findings.filter((finding) => !main.includes(finding));
  if (main.length > 0) {
    blocks.push(main.map((finding) => treeOf(finding, 0, options)).join('\n'));
    blocks.push(rulesOf(main, options), waysOf(main, options));
  }
  for (const finding of rest) blocks.push(asideOf(finding, options));
  if (chain.findings.length === 0)
    blocks.push('  Nothing was found that blocks it, delays it, or puts its data at risk.');
  if (chain.unseen.length > 0)
    blocks.push(
      wrapped(
        `could not look at ${chain.unseen.join('; ')}. Causes that lie there are missing here.`,
        options.width,
        `${paint.warn('!')} `,
        '  ',
      ),
    );
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function treeOf(finding: Finding, depth: number, options: PrintOptions): string {
  const indent = `  ${'  '.repeat(depth)}`;
  const arrow = depth === 0 ? '' : '← ';
  const who = depth === 0 ? '' : `${finding.subject.kind} ${finding.subject.name}: `;
  const text = wrapped(
    `${who}${finding.says}`,
    options.width,
    `${indent}${arrow}`,
    `${indent}${' '.repeat(arrow.length)}`,
  );
  return [text, ...finding.because.map((deeper) => treeOf(deeper, depth + 1, options))].join('\n');
}

/** The nearest cause first: that is where to begin. */
function deepestFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.flatMap((finding) => [...deepestFirst(finding.because), finding]);
}

function rulesOf(findings: readonly Finding[], { width, paint }: PrintOptions): string {
  const rules = new Map(
    deepestFirst(findings).flatMap(({ rule }) => (rule === undefined ? [] : [[rule.text, rule.source] as const])),
  );
  if (rules.size === 0) return '';
  const lines = [...rules].map(([text, source]) => wrapped(`${text} [${source}]`, width, '  · ', '    '));
  return [paint.bold('Why it is so'), ...lines].join('\n');
}

function waysOf(findings: readonly Finding[], options: PrintOptions): string {
  const ways = new Map(
    deepestFirst(findings)
      .flatMap((finding) => finding.ways)
      .map((each) => [each.commands.join('\n'), each] as const),
  );
  if (ways.size === 0) return '';
  const texts = [...ways.values()].map((each, index) => wayText(each, `  ${index + 1}. `, options));
  return [options.paint.bold('Ways out'), ...texts].join('\n');
}

function wayText(
  { does, commands, data }: Way,
  label: string,
  { width, paint, kubectl = 'kubectl' }: PrintOptions,
): string {
  const indent = ' '.repeat(label.length);
  // Short effects stay on one line; colours come after wrapping, as they have no width.
  const effect = data.kind === 'keeps' ? 'keeps\u00a0data' : dataText(data);
  const colour = { keeps: paint.good, loses: paint.bad, risk: paint.warn }[data.kind];
  const text = wrapped(`${does} [${effect}]`, width, label, indent).replace(
    /\[(keeps\u00a0data|loses|risk:)/,
    (_, words: string) => `[${colour(words.replace('\u00a0', ' '))}`,
  );
  const lines = commands.map(
    (command) =>
      `${indent}  ${paint.dim('$')} ${command.replace(/^kubectl\b/, kubectl).replace(/\| kubectl\b/, `| ${kubectl}`)}`,
  );
  return [text, ...lines].join('\n');
}

function asideOf(finding: Finding, options: PrintOptions): string {
  const { width, paint } = options;
  const label = SEVERITY_LABEL[finding.severity];
  const painted = finding.severity === 'note' ? paint.dim(label) : paint.warn(label);
  const head = wrapped(finding.says, width, `${label}: `, '  ').replace(label, painted);
  const deeper = finding.because.map((each) => treeOf(each, 1, options));
  const rule =
    finding.rule === undefined ? [] : [wrapped(`${finding.rule.text} [${finding.rule.source}]`, width, '  · ', '    ')];
  const ways = finding.ways.map((each) => wayText(each, '  - ', options));
  return [head, ...deeper, ...rule, ...ways].join('\n');
}
