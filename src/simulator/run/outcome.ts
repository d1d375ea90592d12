import type { FaultStep } from '../faults/fault.ts';
import type { Journal } from '../observe/journal.ts';
import type { OperationStep } from '../operations/operation.ts';

export type Step = FaultStep | OperationStep;

/** What a run found. */
export interface Finding {
  /** `S1` … `L6`, `crash` (an exception nobody caught) or `time` (time stood still). */
  readonly invariant: string;
  readonly message: string;
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;
}

/** A finished run of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Hash over everything that happened: equal for equal seeds, steps and code. */
  readonly digest: string;
  readonly finding: Finding | null;
  /** What was done to the cluster, in order: with these the run can be repeated and made smaller. */
  readonly steps: readonly Step[];
  /** How often each fault, mishap and operation happened. */
  readonly counts: Readonly<Record<string, number>>;
  /** How often each invariant was evaluated. */
  readonly evaluations: Readonly<Record<string, number>>;
  readonly virtualMs: number;
  readonly journal: Journal;
}
