import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { CallEntry, Decision, Decisions } from './decisions.ts';
import { indexOf, isFinished, ordinalOf } from './facts.ts';

/** A delete the StatefulSet controller can only have meant for its rolling update. */
export interface UpdateDelete {
  readonly decision: Decision;
  readonly entry: CallEntry;
  readonly name: string;
  /** Place of the victim among the ordinals of the set. */
  readonly index: number;
}

/**
 * The delete as one for an update: of a member in range that, at no time the controller can have looked, had failed or finished
 * (those are replaced whatever their revision). Null for everything else.
 */
export function updateDelete(decisions: Decisions, entry: JournalEntry): UpdateDelete | null {
  if (entry.kind !== 'call' || entry.call.verb !== 'delete' || entry.call.target.resource !== 'pods') return null;
  const decision = decisions.ofPod(entry);
  if (decision === null) return null;
  const { name } = entry.call;
  const index = indexOf(decision.set, ordinalOf({ metadata: { name } } as KubeObject));
  if (index < 0) return null;
  const finished = decision.sometime((pods) => {
    const pod = pods.get(name);
    return pod !== undefined && isFinished(pod);
  });
  return finished ? null : { decision, entry, name, index };
}
