import { eachWorld, FAMILIES, type Family } from './families.ts';
import { INVARIANTS } from './invariants/index.ts';
import { DECISIONS, type Decisions, passOf } from './pass.ts';
import { viewOf } from './view.ts';
import { describeWorld, type World } from './world.ts';

export interface Violation {
  readonly invariant: string;
  /** What is wrong. */
  readonly text: string;
  /** The world in which it is, on one line. */
  readonly world: string;
}

/** How often each predicate had something to say, and how often it was broken. */
export interface Tally {
  readonly id: string;
  readonly name: string;
  evaluated: number;
  violated: number;
}

export const newTallies = (): Tally[] => INVARIANTS.map(({ id, name }) => ({ id, name, evaluated: 0, violated: 0 }));

/** Holds the decision in one world against every predicate. */
export function checkWorld(
  world: World,
  decisions: Decisions,
  tallies: Tally[],
  report: (violation: Violation) => void,
) {
  const pass = passOf(world, decisions);
  const view = viewOf(world, pass);
  for (let at = 0; at < INVARIANTS.length; at++) {
    const verdict = INVARIANTS[at]!.check(view);
    if (verdict === null) continue;
    const tally = tallies[at]!;
    tally.evaluated++;
    if (verdict === true) continue;
    tally.violated++;
    report({ invariant: tally.name, text: verdict, world: describeWorld(world) });
  }
  return pass;
}

export interface WorldsOptions {
  /** Every n-th world only. Default 1: all. */
  readonly stride?: number;
  readonly decisions?: Decisions;
  readonly families?: readonly Family[];
  /** Ends at the first violation. */
  readonly first?: boolean;
  /** Violations kept with their worlds; all are counted. */
  readonly keep?: number;
}

export interface WorldsReport {
  readonly worlds: number;
  readonly families: readonly { readonly name: string; readonly settings: number; readonly states: number }[];
  readonly invariants: readonly Tally[];
  readonly violations: readonly Violation[];
}

/** Looks at every world of every family once. */
export function exploreWorlds(options: WorldsOptions = {}): WorldsReport {
  const { stride = 1, decisions = DECISIONS, families = FAMILIES, first = false, keep = 20 } = options;
  const tallies = newTallies();
  const violations: Violation[] = [];
  const counts: { name: string; settings: number; states: number }[] = [];
  const report = (violation: Violation) => {
    if (violations.length < keep) violations.push(violation);
  };
  for (const family of families) {
    let worlds = 0;
    for (const setting of family.settings) {
      const all = eachWorld(family, setting, stride, (world) => {
        worlds++;
        checkWorld(world, decisions, tallies, report);
        return !(first && violations.length > 0);
      });
      if (!all) break;
    }
    counts.push({ name: family.name, settings: family.settings.length, states: worlds });
    if (first && violations.length > 0) break;
  }
  return {
    worlds: counts.reduce((sum, { states }) => sum + states, 0),
    families: counts,
    invariants: tallies,
    violations,
  };
}
