import type { Outcome, Step } from './outcome.ts';
import { runSeed } from './run-seed.ts';

export interface Shrunk {
  readonly outcome: Outcome;
  /** Runs it took. */
  readonly runs: number;
}

export interface ShrinkOptions {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** The invariant whose break is to be kept. */
  readonly invariant: string;
  /** Gives up after this many runs with what it has; default 300. */
  readonly maxRuns?: number;
  readonly run?: typeof runSeed;
}

/**
 * Makes a failing list of steps as short as it can: first what came after the failure, then ever smaller parts (delta debugging,
 * Zeller and Hildebrandt 2002), as long as the same invariant breaks. Null when the steps alone do not break it.
 */
export async function shrink(options: ShrinkOptions): Promise<Shrunk | null> {
  const { seed, invariant, maxRuns = 300, run = runSeed } = options;
  let runs = 0;
  const attempt = async (steps: readonly Step[]): Promise<Outcome | null> => {
    runs++;
    const outcome = await run({ seed, steps });
    return outcome.finding?.invariant === invariant ? outcome : null;
  };
  let best = await attempt(options.steps);
  if (best === null) return null;
  let steps = best.steps;
  let parts = 2;
  while (steps.length > 0 && runs < maxRuns) {
    const size = Math.ceil(steps.length / parts);
    let shorter: Outcome | null = null;
    for (let from = 0; from < steps.length && shorter === null && runs < maxRuns; from += size) {
      shorter = await attempt([...steps.slice(0, from), ...steps.slice(from + size)]);
    }
    if (shorter !== null) {
      best = shorter;
      // What came after the failure was not done any more.
      steps = shorter.steps;
      parts = Math.max(parts - 1, 2);
    } else if (size === 1) break;
    else parts = Math.min(parts * 2, steps.length);
  }
  return { outcome: best, runs };
}
