import { exploreWorlds, newTallies, type Tally, type Violation } from './explore.ts';
import type { Family } from './families.ts';
import { DECISIONS, type Decisions } from './pass.ts';
import { walk } from './walk.ts';
import { STARTS, type Start } from './walks.ts';

export interface ModelOptions {
  /** Of the worlds looked at once, every n-th only. Default 1: all. */
  readonly stride?: number;
  /** Of the settings that are walked, every n-th only. Default 1: all. */
  readonly walkStride?: number;
  /** The decisions under test; planted bugs stand in for the real ones. */
  readonly decisions?: Decisions;
  readonly families?: readonly Family[];
  readonly starts?: readonly Start[];
  /** Ends at the first violation. */
  readonly first?: boolean;
  /** Violations kept with their worlds. Default 20. */
  readonly keep?: number;
}

export interface PartReport {
  readonly name: string;
  readonly settings: number;
  readonly states: number;
}

export interface WalkReport extends PartReport {
  /** States at rest in which only a person can help, as upstream has them. */
  readonly trapped: number;
}

export interface ModelReport {
  /** Worlds looked at once, and states of the walks. */
  readonly states: number;
  /** Worlds looked at once, by family. */
  readonly families: readonly PartReport[];
  /** States reached by walking, each followed to its rest. */
  readonly walks: readonly WalkReport[];
  readonly invariants: readonly Tally[];
  readonly violations: readonly Violation[];
}

/**
 * The decision of the StatefulSet controller, explored exhaustively over small worlds against the predicates in invariants/
 * (statefulset.md 5.2). Deterministic; takes about half a minute in full.
 */
export function exploreModel(options: ModelOptions = {}): ModelReport {
  const { decisions = DECISIONS, starts = STARTS, walkStride = 1, first = false, keep = 20 } = options;
  const worlds = exploreWorlds({ ...options, decisions, first, keep });
  const tallies = newTallies();
  const violations = [...worlds.violations];
  const report = (violation: Violation) => {
    if (violations.length < keep) violations.push(violation);
  };
  const ended = () => first && violations.length > 0;
  const walks = starts.map(({ name, settings, initial, ...checks }): WalkReport => {
    const chosen = settings.filter((_, at) => at % walkStride === 0);
    let [states, trapped] = [0, 0];
    for (const setting of chosen) {
      if (ended()) break;
      const found = walk({ setting, initial: initial(setting), decisions, tallies, report, ended, ...checks });
      states += found.states;
      trapped += found.trapped;
    }
    return { name, settings: chosen.length, states, trapped };
  });
  return {
    states: [...worlds.families, ...walks].reduce((sum, part) => sum + part.states, 0),
    families: worlds.families,
    walks,
    invariants: worlds.invariants.map((tally, at) => ({
      ...tally,
      evaluated: tally.evaluated + tallies[at]!.evaluated,
      violated: tally.violated + tallies[at]!.violated,
    })),
    violations,
  };
}
