import { CHECKERS } from './checkers/index.ts';
import { line } from './observe/journal.ts';
import { parseOptions } from './options.ts';
import type { Outcome } from './run/outcome.ts';
import { runSeed } from './run/run-seed.ts';
import { shrink } from './run/shrink.ts';
import { Summary } from './run/summary.ts';
import { timeline } from './run/timeline.ts';
import { setTripwire } from './time/tripwire.ts';

const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** The fewest steps that break the same invariant, with their timeline. */
async function printShrunk(failed: Outcome, json: boolean): Promise<void> {
  const { seed, steps, finding } = failed;
  if (finding === null) return;
  const shrunk = await shrink({ seed, steps, invariant: finding.invariant });
  if (shrunk === null) {
    out(
      `     its steps alone do not break ${finding.invariant}: it needs the exact draw of chance; use --seed ${seed}`,
    );
    return;
  }
  const { outcome, runs } = shrunk;
  if (json) {
    out(JSON.stringify({ seed, shrunk: outcome.steps, runs, ...outcome.finding }));
    return;
  }
  out(`     ${steps.length} steps shrunk to ${outcome.steps.length} in ${runs} runs:`);
  for (const text of timeline(outcome.journal.entries)) out(text);
}

function printFailure({ seed, finding, digest, steps }: Outcome, json: boolean): void {
  if (finding === null) return;
  const replay = `npm run simulate -- --seed ${seed}`;
  if (json) out(JSON.stringify({ seed, ...finding, digest, steps: steps.length, replay }));
  else {
    out(`FAIL seed ${seed} at ${(finding.atMs / 1000).toFixed(1)} s: ${finding.invariant}: ${finding.message}`);
    out(`     replay: ${replay}`);
  }
}

/** With -o json everything that happened, else what a reader wants to see. */
function printLog(outcome: Outcome, json: boolean): void {
  if (json) {
    for (const entry of outcome.journal.entries) {
      out(JSON.stringify({ at: entry.atMs / 1000, kind: entry.kind, text: line(entry) }));
    }
  } else for (const text of timeline(outcome.journal.entries)) out(text);
  if (json) out(JSON.stringify({ seed: outcome.seed, digest: outcome.digest, finding: outcome.finding }));
  else out(`seed ${outcome.seed} digest ${outcome.digest}`);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const summary = new Summary(CHECKERS);
  const now = performance.now.bind(performance);
  const began = now();
  // Refusals are errors, and there are thousands: their stacks are wanted only where one run is looked at.
  if (!options.single) Error.stackTraceLimit = 0;
  let seed = options.first;
  process.on('unhandledRejection', (error) => {
    out(`FAIL seed ${seed}: an error that nobody caught: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  });
  // Only a turn of the event loop tells of promises that failed with nobody to hear it: one after each run.
  const turn = setImmediate;
  // Nothing of the real world is within reach of any run; once for all, since every change of a global costs compiled code.
  setTripwire();
  for (let i = 0; i < options.seeds && now() - began < options.budgetMs; i++) {
    seed = options.first + i;
    const outcome = await runSeed({ seed });
    await new Promise((resolve) => turn(resolve));
    summary.add(outcome);
    if (options.single) printLog(outcome, options.json);
    printFailure(outcome, options.json);
    if (options.shrink) await printShrunk(outcome, options.json);
    if (outcome.finding !== null && options.stopAtFirstFailure) break;
  }
  if (!options.single) out(options.json ? JSON.stringify(summary.data(now() - began)) : summary.text(now() - began));
  return summary.failures === 0 ? 0 : 1;
}

process.exitCode = await main();
