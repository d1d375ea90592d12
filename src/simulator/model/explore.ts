import { eachWorld, FAMILIES, type Family } from './families.ts';
import { INVARIANTS } from './invariants/index.ts';
import { DECISIONS, type Decisions, passOf } from './pass.ts';
import { viewOf } from './view.ts';
import { describeSetting, describeWorld, type World } from './world.ts';

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
  /** Ends at the first violation that it is true of. */
  readonly until?: (violation: Violation) => boolean;
  /** Violations of each predicate that are kept with their worlds; all are counted. */
  readonly keep?: number;
}

/** Keeps a few violations of each predicate, and knows when to stop. */
export class Findings {
  readonly violations: Violation[] = [];
  readonly #counts = new Map<string, number>();
  readonly #keep: number;
  readonly #until: (violation: Violation) => boolean;
  ended = false;

  constructor({ keep = 3, until = () => false }: Pick<WorldsOptions, 'keep' | 'until'>) {
    this.#keep = keep;
    this.#until = until;
  }

  readonly report = (violation: Violation): void => {
    const count = (this.#counts.get(violation.invariant) ?? 0) + 1;
    this.#counts.set(violation.invariant, count);
    if (count <= this.#keep) this.violations.push(violation);
    if (this.#until(violation)) this.ended = true;
  };
}

/** A part of the exploration: how many states each configuration had. */
export interface PartReport {
  readonly name: string;
  readonly states: number;
  readonly configurations: readonly Configuration[];
}

export interface Configuration {
  /** The spec, as far as it is not the default. */
  readonly setting: string;
  readonly states: number;
}

/** Looks at every world of every family once; adds to the tallies. */
export function exploreWorlds(options: WorldsOptions, tallies: Tally[], findings: Findings): readonly PartReport[] {
  const { stride = 1, decisions = DECISIONS, families = FAMILIES } = options;
  return families.map((family) => {
    const configurations = family.settings.map((setting): Configuration => {
      let states = 0;
      if (!findings.ended) {
        eachWorld(family, setting, stride, (world) => {
          states++;
          checkWorld(world, decisions, tallies, findings.report);
          return !findings.ended;
        });
      }
      return { setting: describeSetting(setting), states };
    });
    return partReport(family.name, configurations);
  });
}

export function partReport(name: string, configurations: readonly Configuration[]): PartReport {
  return { name, states: configurations.reduce((sum, { states }) => sum + states, 0), configurations };
}
