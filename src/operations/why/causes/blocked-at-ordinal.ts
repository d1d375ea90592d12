import { cause } from '../cause.ts';
import { isDone, isReady, isTerminating, unreadyFor } from '../facts/pod-facts.ts';
import { heldBack, type Member, memberSubject, setFacts } from '../facts/set-facts.ts';
import { isBrokenUpdate, isTrapped } from '../facts/stuck.ts';
import { ageText } from '../words.ts';
import type { World } from '../world.ts';

/** OrderedReady: one member is not available, and everything after it waits. */
export const blockedAtOrdinal = cause({
  id: 'blocked-at-ordinal',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const { blocker } = facts;
    if (blocker?.pod == null || set.metadata.deletionTimestamp !== undefined) return null;
    if (isTrapped(facts) || isBrokenUpdate(facts, world)) return null;
    const held = heldBack(facts);
    const consequence = held.length === 0 ? '' : `; until it is, ${held.join(', ')}`;
    return {
      severity: 'follows',
      says: `it waits at ordinal ${blocker.ordinal}: ${stateOf(blocker, world)}${consequence}`,
      rule: {
        text: 'With OrderedReady a set creates, removes and updates one pod at a time, and only while every lower ordinal is running, Ready and available.',
        source: 'spec.podManagementPolicy',
      },
      next: [memberSubject(facts, blocker.name)],
    };
  },
});

function stateOf({ name, pod }: Member, world: World): string {
  if (pod === null) return `${name} does not exist`;
  if (isTerminating(pod)) return `${name} is still terminating`;
  if (isDone(pod)) return `${name} is ${pod.status.phase}`;
  if (isReady(pod)) return `${name} is Ready but not yet available`;
  return `${name} has not been Ready for ${ageText(unreadyFor(pod, world))}`;
}
