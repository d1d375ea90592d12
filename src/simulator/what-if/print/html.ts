import { dataText } from '../../../operations/why/index.ts';
import type { Report, StepReport } from '../report.ts';
import type { Stuck } from '../sets.ts';
import { condensed } from './chain-lines.ts';
import { escaped } from './escaped.ts';
import { durationText, endOf, endText, lossText, panelsOf } from './panels.ts';
import { STYLE } from './style.ts';
import { legendSvg, timelineSvg } from './svg.ts';

/** The report as one HTML page that needs nothing else; every text of the user is escaped. */
export function printHtml(report: Report): string {
  const { scenario, seed, nodes, notes, members, steps, outcome } = report;
  const sets = [...new Set(members.map(({ set }) => set))];
  const panels = panelsOf(report);
  const timelines = sets.map((set) => {
    const lines = members.filter((line) => line.set === set);
    const losses = report.quorumLosses.filter((loss) => loss.set === set);
    return `<section><h2>${escaped(set)}</h2><div class="scroll">${timelineSvg(lines, panels, losses)}</div>${quorumHtml(report, set)}</section>`;
  });
  const machines = nodes.map(({ name, zone }) => escaped(zone === '' ? name : `${name} (${zone})`)).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What if: ${escaped(scenario)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>What if: ${escaped(scenario)}</h1>
<p><span class="badge ${outcome === 'stuck' ? 'bad' : 'good'}">${outcome} at the end</span> after ${durationText(endOf(report))} of virtual time, seed ${seed}</p>
<p class="dim">${nodes.length} nodes: ${machines}</p>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('\n')}
</header>
${timelines.join('\n')}
${members.length === 0 ? '' : `<div class="legend">${legendSvg()}</div>`}
<section><h2>Steps</h2><ol>
${steps.map(stepHtml).join('\n')}
</ol></section>
</body>
</html>
`;
}

function quorumHtml(report: Report, set: string): string {
  const losses = report.quorumLosses.filter((loss) => loss.set === set);
  if (losses.length === 0)
    return '<p class="dim">Quorum (a majority of the replicas ready, once it was): never lost.</p>';
  const items = losses.map((loss) => `<li>${escaped(lossText(loss, endOf(report)))}</li>`);
  return `<p class="bad">Fewer than a majority ready:</p><ul>${items.join('')}</ul>`;
}

function stepHtml(step: StepReport): string {
  const wrong = step.failed || step.stuck.length > 0;
  const badge = `<span class="badge ${wrong ? 'bad' : 'good'}">${wrong ? 'not as wanted' : 'as wanted'}</span>`;
  const notes = step.notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('');
  return `<li><p><strong>${escaped(step.step)}</strong> ${badge}</p>
<p class="dim">at ${durationText(step.fromMs)}: ${escaped(endText(step))}</p>${notes}${step.stuck.map(stuckHtml).join('')}</li>`;
}

function stuckHtml({ subject, chain }: Stuck): string {
  const { lines, rule, way } = condensed(chain);
  const links = lines.map(
    ({ depth, text }) =>
      `<p class="link" style="margin-left:${depth * 1.5}rem">${depth === 0 ? '' : '← '}${escaped(text)}</p>`,
  );
  const because = rule === null ? '' : `<p class="dim">${escaped(rule)}</p>`;
  const out =
    way === null
      ? ''
      : `<p>Way out: ${escaped(way.does)} <em>[${escaped(dataText(way.data))}]</em></p><pre>${escaped(way.commands.join('\n'))}</pre>`;
  return `<div class="stuck"><p><strong>${escaped(subject)}</strong>: ${escaped(chain.headline)}</p>${links.join('')}${because}${out}</div>`;
}
