import type { MemberLine } from './members.ts';
import type { QuorumLoss } from './quorum.ts';
import type { Stuck } from './sets.ts';

/** What came of one step. All times are virtual milliseconds since the beginning. */
export interface StepReport {
  /** `roll to web:2, ordinal 2 never gets ready with it`. */
  readonly step: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The last change of any object that is more than a sign of life. */
  readonly changedMs: number;
  /** `at rest`: nothing changed any more; `limit`: it still did when the time for a step was over; `waited`: as long as asked. */
  readonly ended: 'at rest' | 'limit' | 'waited';
  /** It did not do all it was to do: a drain that was refused. */
  readonly failed: boolean;
  readonly notes: readonly string[];
  /** Sets that were not as wanted when it ended, and why. */
  readonly stuck: readonly Stuck[];
}

export interface Report {
  readonly scenario: string;
  readonly seed: number;
  readonly nodes: readonly { readonly name: string; readonly zone: string }[];
  /** What was left out or stood in for. */
  readonly notes: readonly string[];
  readonly steps: readonly StepReport[];
  readonly members: readonly MemberLine[];
  readonly quorumLosses: readonly QuorumLoss[];
  /** `stuck`: a set is not as wanted at the end, or a drain was refused. */
  readonly outcome: 'as wanted' | 'stuck';
}
