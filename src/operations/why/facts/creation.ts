import type { World } from '../world.ts';
import type { Member, SetFacts } from './set-facts.ts';

/** A pod the controller has to create next and has not; null when all that may exist do. */
export function missingMember(facts: SetFacts): Member | null {
  if (facts.set.metadata.deletionTimestamp !== undefined) return null;
  const missing = facts.ordered ? facts.blocker : facts.members.find(({ pod }) => pod === null);
  return missing?.pod === null ? missing : null;
}

const FAILED = /failed error: (.*)$/s;

export interface CreateFailure {
  readonly member: Member;
  /** The answer of the API server. */
  readonly error: string;
  readonly at: number;
  readonly count: number;
}

/** Why creating the missing pod was refused last, from the events of the set (reference/statefulset.md 1.9). */
export function createFailure(facts: SetFacts, world: World): CreateFailure | null {
  const member = missingMember(facts);
  if (member === null) return null;
  const about = new RegExp(`\\bPod ${member.name}\\b(?!-)`);
  for (const { reason, message, at, count } of world.events(
    'StatefulSet',
    facts.namespace,
    facts.name,
    facts.set.metadata.uid,
  )) {
    if (!about.test(message)) continue;
    // A creation that went well since then makes earlier refusals history.
    if (reason === 'SuccessfulCreate') return null;
    const error = FAILED.exec(message)?.[1];
    if (reason === 'FailedCreate' && error !== undefined) return { member, error, at, count };
  }
  return null;
}

/** How a refusal to create is introduced: `blocked at ordinal 2: pod web-2 cannot be created`. */
export function cannotCreate({ ordered }: SetFacts, { ordinal, name }: Member): string {
  return ordered ? `blocked at ordinal ${ordinal}: pod ${name} cannot be created` : `pod ${name} cannot be created`;
}
