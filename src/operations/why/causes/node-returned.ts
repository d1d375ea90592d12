import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { isNodeReady, nodeStateFor, readyCondition } from '../facts/node-facts.ts';
import { conditionOf, deletionAskedAt, isTerminating } from '../facts/pod-facts.ts';
import { ageText, listed } from '../words.ts';

/** The node was away, came back as a zombie, and is cleaning up what was deleted meanwhile. */
export const nodeReturned = cause({
  id: 'node-returned',
  kind: 'Node',
  applies(node, world) {
    if (!isNodeReady(node)) return null;
    const name = node.metadata.name ?? '';
    const back = parseTime(readyCondition(node)?.lastTransitionTime);
    const zombies = world.observed.pods.filter(
      (pod) =>
        pod.spec.nodeName === name &&
        isTerminating(pod) &&
        (conditionOf(pod, 'DisruptionTarget')?.reason === 'DeletionByTaintManager' || deletionAskedAt(pod) < back),
    );
    if (zombies.length === 0) return null;
    return {
      severity: 'waits',
      says: `it came back ${ageText(nodeStateFor(node, world))} ago and ends ${listed(zombies.map(({ metadata }) => metadata.name ?? ''))}, which ran on while it was away and had been deleted meanwhile`,
      rule: {
        text: 'A node that returns ends what it should no longer run, and only then confirms the deletions; that is what the set has been waiting for.',
        source: 'metadata.deletionTimestamp',
      },
    };
  },
});
