import type { Catch } from './hunt.ts';
import type { ModelReport } from './index.ts';

const LINE = 100;

/** The exploration as a person reads it. */
export function describeReport(report: ModelReport): string {
  const { families, walks, invariants, violations } = report;
  const worlds = families.reduce((sum, part) => sum + part.states, 0);
  const lines = [
    `${number(report.states)} states, ${violations.length === 0 ? 'no violation' : 'VIOLATIONS'}`,
    '',
    `worlds looked at once: ${number(worlds)}`,
    ...families.map((part) => `  ${row(part)}`),
    '',
    `states walked through, each followed until it comes to rest: ${number(report.states - worlds)}`,
    ...walks.map(
      (part) => `  ${row(part)}${part.trapped === 0 ? '' : `, ${part.trapped} in a trap that upstream has too`}`,
    ),
    '',
    'predicates (statefulset.md 5.2), with how often each had something to say',
    ...invariants.map(({ id, name, evaluated, violated }) => {
      const broken = violated === 0 ? '' : `  BROKEN ${number(violated)} times`;
      return `  ${id.padEnd(4)} ${name.padEnd(28)} ${number(evaluated).padStart(10)}${broken}`;
    }),
  ];
  for (const { invariant, text, world } of violations) lines.push('', `${invariant}: ${text}`, `  ${world}`);
  return lines.join('\n');
}

function row({ name, states, configurations }: ModelReport['families'][number]): string {
  return `${name.padEnd(46)} ${number(states).padStart(9)} in ${configurations.length} configurations`;
}

/** The planted bugs, each with the predicate that caught it. */
export function describeCatches(catches: readonly Catch[]): string {
  const caught = catches.filter(({ violation }) => violation !== null).length;
  return [
    `planted bugs: ${caught} of ${catches.length} caught`,
    ...catches.map(({ mutant, violation }) => {
      const by = violation === null ? 'NOT CAUGHT' : `${mutant.caughtBy}: ${violation.text}`;
      return `  ${mutant.name.padEnd(28)} ${by}`.slice(0, LINE);
    }),
  ].join('\n');
}

const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
