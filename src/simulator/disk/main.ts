import { parseOptions } from '../options.ts';
import { setTripwire } from '../time/tripwire.ts';
import { type CrashReport, runCrashes } from './crash-run.ts';
import { DiskBackend } from './disk-backend.ts';

/** Deaths of the machine in one seed. */
const CRASHES = 20;

async function isolated(seed: number): Promise<CrashReport> {
  const takeDown = setTripwire();
  try {
    return await runCrashes({
      seed,
      crashes: CRASHES,
      backend: (disk, historyEvents) => new DiskBackend(disk, { historyEvents }),
    });
  } finally {
    takeDown();
  }
}

/** The store alone on a disk that fails: the command line and the lines of the whole simulator (`src/simulator/main.ts`). */
async function main(): Promise<number> {
  const { first, seeds, json, stopAtFirstFailure } = parseOptions(process.argv.slice(2));
  let failures = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const message = (await isolated(seed)).breaches[0];
    if (message === undefined) continue;
    failures++;
    const text = json ? JSON.stringify({ seed, invariant: 'S15', message }) : `FAIL seed ${seed}: S15: ${message}`;
    process.stdout.write(`${text}\n`);
    if (stopAtFirstFailure) break;
  }
  if (!json) process.stdout.write(`${seeds} seeds of ${CRASHES} crashes: ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
