import { isTerminating } from '../../framework/pods.ts';
import { isRunningAndAvailable } from '../members.ts';
import type { Observed } from '../plan.ts';
import { REVISION_LABEL, type StatefulSet, type StatefulSetStatus } from '../types.ts';
import type { Members } from './blockage.ts';

/** How far a set is on its way to what its spec says. */
export interface Reached {
  /** Available members at the revision they should have. */
  readonly done: number;
  /** Members at the revision they should have, available or not. */
  readonly placed: number;
  readonly wanted: number;
  /** Out of range and still there. */
  readonly condemned: number;
}

/** Below the partition, and under OnDelete, any revision is the right one: nobody is going to change it. */
export function reachedOf({ set, update }: Observed, { replicas, condemned }: Members, now: number): Reached {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const boundary = type === 'OnDelete' ? replicas.length : (rollingUpdate?.partition ?? 0);
  let [done, placed] = [0, 0];
  for (const [index, { pod, exists }] of replicas.entries()) {
    if (!exists || isTerminating(pod)) continue;
    if (index >= boundary && pod.metadata.labels?.[REVISION_LABEL] !== update.name) continue;
    placed++;
    if (isRunningAndAvailable(set, pod, now)) done++;
  }
  return { done, placed, wanted: replicas.length, condemned: condemned.length };
}

export const isComplete = ({ done, wanted, condemned }: Reached): boolean => done === wanted && condemned === 0;

interface Rollout {
  readonly generation: number;
  readonly revision: string;
  readonly best: Reached;
  /** Last time it came further than ever before; never for one found overdue. */
  readonly sinceMs: number;
  readonly complete: boolean;
}

/**
 * When each set last got on. What falls back and recovers is no progress: only a new best counts. Kept in memory; after a
 * restart a rollout gets its whole deadline once more, unless its status says that it was over.
 */
export class ProgressWatch {
  readonly #rollouts = new Map<string, Rollout>();

  /** Time left until the deadline in ms, 0 when it is over; null when the rollout is complete. */
  remainingMs(
    set: StatefulSet,
    status: StatefulSetStatus,
    reached: Reached,
    deadlineMs: number,
    now: number,
  ): number | null {
    const uid = set.metadata.uid ?? '';
    const next = advance(this.#rollouts.get(uid), set, status, reached, now);
    this.#rollouts.set(uid, next);
    return next.complete ? null : Math.max(0, next.sinceMs + deadlineMs - now);
  }

  forget(uid: string): void {
    this.#rollouts.delete(uid);
  }
}

function advance(
  before: Rollout | undefined,
  set: StatefulSet,
  { observedGeneration: generation, updateRevision: revision }: StatefulSetStatus,
  reached: Reached,
  now: number,
): Rollout {
  if (before?.generation !== generation || before.revision !== revision) {
    return {
      generation,
      revision,
      best: reached,
      complete: isComplete(reached),
      sinceMs: now,
      ...resumed(before, set),
    };
  }
  const { best } = before;
  const further = reached.done > best.done || reached.placed > best.placed || reached.condemned < best.condemned;
  const complete = before.complete || isComplete(reached);
  if (!further) return complete === before.complete ? before : { ...before, complete };
  const newBest = {
    ...reached,
    done: Math.max(best.done, reached.done),
    placed: Math.max(best.placed, reached.placed),
    condemned: Math.min(best.condemned, reached.condemned),
  };
  return { generation, revision, best: newBest, sinceMs: now, complete };
}

/** What the status tells of a rollout that an earlier run of the controller watched. */
function resumed(before: Rollout | undefined, set: StatefulSet): Partial<Rollout> {
  if (before !== undefined || set.status?.observedGeneration !== set.metadata.generation) return {};
  const condition = set.status?.conditions?.find(({ type }) => type === 'Progressing');
  if (condition?.status === 'True' && condition.reason === 'RolloutComplete') return { complete: true };
  return condition?.status === 'False' ? { sinceMs: Number.NEGATIVE_INFINITY } : {};
}
