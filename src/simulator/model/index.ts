import {
  type Configuration,
  exploreWorlds,
  Findings,
  newTallies,
  type PartReport,
  partReport,
  type Tally,
  type Violation,
} from './explore.ts';
import type { Family } from './families.ts';
import { DECISIONS, type Decisions } from './pass.ts';
import { walk } from './walk.ts';
import { STARTS, type Start } from './walks.ts';
import { describeSetting } from './world.ts';

export interface ModelOptions {
  /** Of the worlds looked at once, every n-th only. Default 1: all. */
  readonly stride?: number;
  /** Of the settings that are walked, every n-th only. Default 1: all. */
  readonly walkStride?: number;
  /** The decisions under test; planted bugs stand in for the real ones. */
  readonly decisions?: Decisions;
  readonly families?: readonly Family[];
  readonly starts?: readonly Start[];
  /** Ends at the first violation that it is true of. */
  readonly until?: (violation: Violation) => boolean;
  /** Violations of each predicate that are kept with their worlds. Default 3. */
  readonly keep?: number;
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
  const { decisions = DECISIONS, starts = STARTS, walkStride = 1 } = options;
  const findings = new Findings(options);
  const tallies = newTallies();
  const families = exploreWorlds(options, tallies, findings);
  const walks = starts.map((start): WalkReport => {
    const { name, initial, always, neverReady = [], mayBeStuck = false } = start;
    let trapped = 0;
    const configurations = everyNth(start.settings, walkStride).map((setting): Configuration => {
      if (findings.ended) return { setting: describeSetting(setting), states: 0 };
      const found = walk({
        setting,
        initial: initial(setting),
        decisions,
        tallies,
        findings,
        always,
        neverReady,
        mayBeStuck,
      });
      trapped += found.trapped;
      return { setting: describeSetting(setting), states: found.states };
    });
    return { ...partReport(name, configurations), trapped };
  });
  const states = [...families, ...walks].reduce((sum, part) => sum + part.states, 0);
  return { states, families, walks, invariants: tallies, violations: findings.violations };
}

function everyNth<T>(all: readonly T[], n: number): readonly T[] {
  return all.filter((_, at) => at % n === 0);
}
