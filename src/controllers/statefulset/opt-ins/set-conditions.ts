import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { controllerOf } from '../../../client/meta.ts';
import type { FeatureGates } from '../../../schema/kind.ts';
import { isStatus } from '../../../schema/status.ts';
import type { Condition, Pod } from '../../framework/objects.ts';
import { membersOf } from '../members.ts';
import { claimName, ordinalOf } from '../names.ts';
import type { Observed, Plan } from '../plan.ts';
import type { StatefulSet, StatefulSetStatus } from '../types.ts';
import { type Blockage, blockageOf, blocked, type Members } from './blockage.ts';
import { CONDITIONS_GATE, conditionsOf } from './conditions.ts';
import { ProgressWatch, reachedOf } from './progress.ts';

/** How a pass went. */
export interface Passed {
  readonly observed: Observed;
  readonly plan: Plan;
  readonly status: StatefulSetStatus;
  readonly error: unknown;
  /** Whose action failed. */
  readonly failedPod: Pod | null;
  /** A pod of the cache by its name, whoever owns it. */
  readonly podNamed: (name: string) => Pod | undefined;
}

export interface Assessment {
  readonly conditions: readonly Condition[];
  /** When the progress deadline is over; null when none runs. */
  readonly deadlineInMs: number | null;
}

/** The conditions of the sets that have them (opt-in conditions, gate StatefulSetConditions). */
export class SetConditions {
  readonly #everywhere: boolean;
  readonly #progress = new ProgressWatch();

  constructor(gates: FeatureGates) {
    this.#everywhere = gates[CONDITIONS_GATE] === true;
  }

  wantedFor(set: StatefulSet): boolean {
    return this.#everywhere || optInsOf(set).conditions;
  }

  assess(passed: Passed, now: number): Assessment {
    const { observed, plan, status } = passed;
    const { set } = observed;
    const members = membersOf(observed);
    const reached = reachedOf(observed, members, now);
    const remainingMs = this.#progress.remainingMs(set, status, reached, optInsOf(set).progressDeadlineMs, now);
    const blockage = passed.error === null ? blockageOf(observed, members, plan, now) : failureOf(passed, members);
    const conditions = conditionsOf({ observed, members, reached, remainingMs, blockage, now });
    return { conditions, deadlineInMs: remainingMs === null || remainingMs === 0 ? null : remainingMs };
  }

  forget(uid: string): void {
    this.#progress.forget(uid);
  }
}

/** What a failed write says of the set. */
function failureOf({ observed, error, failedPod, podNamed }: Passed, { replicas }: Members): Blockage | 'unknown' {
  if (failedPod === null || isStatus(error, 'Conflict')) return 'unknown';
  const { set } = observed;
  const name = failedPod.metadata.name ?? '';
  const missing = replicas.some(({ pod, exists }) => !exists && pod.metadata.name === name);
  const squatter = missing ? podNamed(name) : undefined;
  if (squatter !== undefined && controllerOf(squatter)?.uid !== set.metadata.uid) {
    return blocked('ConflictingPod', failedPod, `a pod ${name} exists that is not of this set`);
  }
  // The cache has not seen yet what the server has.
  if (isStatus(error, 'AlreadyExists')) return 'unknown';
  const going = (set.spec.volumeClaimTemplates ?? [])
    .map((template) => observed.claim(claimName(set, template.metadata.name ?? '', ordinalOf(failedPod))))
    .find((claim) => claim?.metadata.deletionTimestamp !== undefined);
  if (going !== undefined) {
    return blocked(
      'ClaimPending',
      failedPod,
      `pod ${name} waits for claim ${going.metadata.name}, which is being deleted`,
    );
  }
  const why = error instanceof Error ? error.message : String(error);
  return blocked(missing ? 'FailedCreate' : 'FailedWrite', failedPod, `pod ${name}: ${why}`);
}
