import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { deletePod } from '../commands.ts';
import { isAvailable, isTerminating } from '../facts/pod-facts.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import { listed } from '../words.ts';

/** A scale-down that waits for a pod which is on its way out, or for an unhealthy one among several (statefulset.md 1.6, step 7). */
export const condemnedWait = cause({
  id: 'condemned-wait',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const [first] = facts.condemned;
    if (first === undefined || facts.blocker !== null) return null;
    const name = first.metadata.name ?? '';
    const rule = {
      text: 'A scale-down removes pods from the highest ordinal down, one at a time; claims stay unless the retention policy says otherwise.',
      source: 'spec.replicas, spec.persistentVolumeClaimRetentionPolicy',
    };
    if (isTerminating(first)) {
      const rest = facts.condemned.slice(1).map((pod) => pod.metadata.name ?? '');
      const after = rest.length === 0 || !facts.ordered ? '' : `, then ${listed(rest)}`;
      return {
        severity: 'follows',
        says: `the scale-down waits for ${name} to end${after}`,
        rule,
        next: [memberSubject(facts, name)],
      };
    }
    const unhealthy = facts.condemned.filter((pod) => !isAvailable(pod, facts.minReadySeconds, world.now));
    if (!facts.ordered || unhealthy.length < 2 || unhealthy[0] !== first) return null;
    return {
      severity: 'blocks',
      says: `the scale-down stops at ${name}: it is not healthy, and neither is ${listed(unhealthy.slice(1).map((pod) => pod.metadata.name ?? ''))}`,
      rule: {
        text: 'With OrderedReady an unhealthy pod that is to go is removed only when it is the lowest unhealthy one.',
        source: 'spec.podManagementPolicy',
      },
      ways: [
        way(`delete ${name} by hand; as it is out of range it is not made again`, deletePod(facts.namespace, name)),
      ],
      next: [memberSubject(facts, name)],
    };
  },
});
