import type { ControllerRevision } from '../observed.ts';
import type { World } from '../world.ts';
import { isAvailable, revisionLabel } from './pod-facts.ts';
import type { Member, SetFacts } from './set-facts.ts';

export function revisionNamed(facts: SetFacts, name: string, world: World): ControllerRevision | undefined {
  return world.observed.revisions.find(
    ({ metadata }) => metadata.namespace === facts.namespace && metadata.name === name,
  );
}

/** `revision 3 (web-6d5f)`: the number `kubectl rollout history` shows, and the name pods carry. */
export function revisionText(facts: SetFacts, name: string, world: World): string {
  const revision = revisionNamed(facts, name, world);
  return revision === undefined ? `revision ${name}` : `revision ${revision.revision} (${name})`;
}

/** A rollout is under way: two revisions, or pods that are not of the one there is. */
export const isRolling = (facts: SetFacts): boolean =>
  facts.currentRevision !== facts.updateRevision || facts.outdated.length > 0;

/** Parallel: the highest member that is not available and already updated; the rollout waits for it. */
export function rolloutWaitsAt(facts: SetFacts, world: World): Member | null {
  if (facts.ordered || facts.onDelete || facts.outdated.length === 0) return null;
  const at = [...facts.members]
    .reverse()
    .find(({ pod }) => pod !== null && !isAvailable(pod, facts.minReadySeconds, world.now));
  return at?.pod != null && revisionLabel(at.pod) === facts.updateRevision ? at : null;
}
