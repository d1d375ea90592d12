import type { Chain, Finding, Way } from '../../../operations/why/index.ts';

/** One line of an explanation; `depth` 0 is what is stuck, each further what it rests on. */
export interface ChainLine {
  readonly depth: number;
  readonly text: string;
}

/** An explanation in few lines: what blocks, on what it rests, the rule that makes it so, and the first way out. */
export interface Condensed {
  /** Ids of the causes: equal ones are the same story at another time. */
  readonly causes: string;
  readonly lines: readonly ChainLine[];
  readonly rule: string | null;
  readonly way: Way | null;
}

function linesOf(finding: Finding, depth: number): ChainLine[] {
  const { kind, name } = finding.subject;
  const text = depth === 0 ? finding.says : `${kind} ${name}: ${finding.says}`;
  return [{ depth, text }, ...finding.because.flatMap((deeper) => linesOf(deeper, depth + 1))];
}

const withCauses = (finding: Finding): Finding[] => [...finding.because.flatMap(withCauses), finding];

/** Condenses an explanation to what holds the subject up. */
export function condensed({ findings, headline }: Chain): Condensed {
  const holding = findings.filter(({ severity }) => severity === 'blocks' || severity === 'waits');
  if (holding.length === 0) return { causes: '', lines: [{ depth: 0, text: headline }], rule: null, way: null };
  const causes = holding.flatMap(withCauses);
  const rule = [...holding, ...causes].find((finding) => finding.rule !== undefined)?.rule;
  // What only looks is no way out.
  const acts =
    holding.flatMap((finding) => finding.ways).find(changes) ?? causes.flatMap(({ ways }) => ways).find(changes);
  return {
    causes: causes.map(({ cause, subject }) => `${cause} ${subject.name}`).join(),
    lines: holding.flatMap((finding) => linesOf(finding, 0)),
    rule: rule === undefined ? null : `${rule.text} [${rule.source}]`,
    // It stands alone here.
    way: acts === undefined ? null : { ...acts, does: acts.does.replace(/^or,? /, '') },
  };
}

const LOOKS = /^kubectl (-n \S+ )?(logs|describe|get|exec) /;
const changes = ({ commands }: Way): boolean =>
  commands.length === 0 || !commands.every((command) => LOOKS.test(command));
