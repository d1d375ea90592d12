import { CHECKERS } from './checkers/index.ts';
import { line } from './observe/journal.ts';
import { parseOptions } from './options.ts';
import type { Outcome } from './run/outcome.ts';
import { runSeed } from './run/run-seed.ts';
import { Summary } from './run/summary.ts';
import { setTripwire } from './time/tripwire.ts';

const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** One seed with nothing of the real world within reach. */
async function isolated(seed: number): Promise<Outcome> {
  const takeDown = setTripwire();
  try {
    return await runSeed({ seed });
  } finally {
    takeDown();
  }
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

function printLog(outcome: Outcome, json: boolean): void {
  for (const entry of outcome.journal.entries) {
    const seconds = entry.atMs / 1000;
    if (json) out(JSON.stringify({ at: seconds, kind: entry.kind, text: line(entry) }));
    else out(`${seconds.toFixed(4).padStart(11)}  ${line(entry)}`);
  }
  if (json) out(JSON.stringify({ seed: outcome.seed, digest: outcome.digest, finding: outcome.finding }));
  else out(`seed ${outcome.seed} digest ${outcome.digest}`);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const summary = new Summary(CHECKERS);
  const began = performance.now();
  process.on('unhandledRejection', (error) => {
    out(`FAIL an error that nobody caught: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  });
  for (let i = 0; i < options.seeds && performance.now() - began < options.budgetMs; i++) {
    const outcome = await isolated(options.first + i);
    summary.add(outcome);
    if (options.single) printLog(outcome, options.json);
    printFailure(outcome, options.json);
    if (outcome.finding !== null && options.stopAtFirstFailure) break;
  }
  if (!options.single)
    out(
      options.json ? JSON.stringify(summary.data(performance.now() - began)) : summary.text(performance.now() - began),
    );
  return summary.failures === 0 ? 0 : 1;
}

process.exitCode = await main();
