import type { Clock } from '../../base/clock.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import type { ObjectHistory } from '../observe/history.ts';
import type { Journal, JournalEntry } from '../observe/journal.ts';
import type { World } from '../world/world.ts';
import type { Decisions } from './decisions.ts';

/** A broken invariant: ends the run of its seed. */
export class Violation extends Error {
  readonly invariant: string;
  constructor(invariant: string, message: string) {
    super(message);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

/** What a checker may use. */
export interface CheckerContext {
  /** Liveness may ask the parts themselves; safety is judged by the journal and the history. */
  readonly world: World;
  readonly journal: Journal;
  readonly history: ObjectHistory;
  readonly clock: Clock;
  /** What the StatefulSet controller knew at each of its writes. */
  readonly decisions: Decisions;
  readonly gates: FeatureGates;
  /** Counts one evaluation of the invariant; a checker that never gets to evaluate proves nothing. */
  evaluated(): void;
  /** Reports that the invariant does not hold; `message` names objects, revisions and what should have been. */
  violated(message: string): void;
}

/** A running checker: told of everything that truly happens, and asked at the end. */
export interface Checker {
  /** At the moment of each happening, in order. The history already contains it. */
  on?(entry: JournalEntry): void;
  /** After faults have stopped and the world had time to converge: liveness is judged here. */
  settled?(): void;
}

/** One invariant of reference §5.2 and how it is watched. */
export interface CheckerDefinition {
  /** `S1` … `S17`, `L1` … `L6` of the reference; `V1` … around the set; `R1`; `O1` … of opt-ins. */
  readonly id: string;
  /** The invariant in one sentence. */
  readonly title: string;
  create(context: CheckerContext): Checker;
}
