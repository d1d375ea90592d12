import { cause } from '../cause.ts';
import { crashingFollowers } from '../facts/followers.ts';
import { isReady } from '../facts/pod-facts.ts';
import { rolloutWaitsAt } from '../facts/rollout.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import { counted, listed } from '../words.ts';

const EXPLAINED = 3;

/** Members that are not ready though nothing waits for them: Parallel sets, and those beyond the one that blocks. */
export const unreadyPods = cause({
  id: 'unready-pods',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    // Causes of their own tell about these.
    const told = [facts.blocker, rolloutWaitsAt(facts, world), ...crashingFollowers(facts)];
    const unready = facts.members.filter(
      (member) => member.pod !== null && !isReady(member.pod) && !told.includes(member),
    );
    if (unready.length === 0) return null;
    return {
      severity: 'follows',
      says: `${listed(unready.map(({ name }) => name))} ${unready.length === 1 ? 'is' : 'are'} not Ready (${facts.ready} of ${counted(facts.replicas, 'pod')} ready)`,
      // In an ordered set the reason of the first is the news; the others are one command away.
      next: unready.slice(0, facts.ordered ? 1 : EXPLAINED).map(({ name }) => memberSubject(facts, name)),
    };
  },
});
