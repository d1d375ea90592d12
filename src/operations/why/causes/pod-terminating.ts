import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { forceDeletePod, logsOf } from '../commands.ts';
import { containersOf, deletionAskedAt, isDone, isTerminating } from '../facts/pod-facts.ts';
import { nodeLost } from '../facts/pod-gates.ts';
import { ageText } from '../words.ts';

/** The node needs a moment after the grace has ended. */
const SLACK_MS = 15_000;

/** On its way out on a live node: within its grace, or beyond. */
export const podTerminating = cause({
  id: 'pod-terminating',
  kind: 'Pod',
  applies(pod, world) {
    if (!isTerminating(pod) || nodeLost(pod, world) || (pod.metadata.finalizers ?? []).length > 0) return null;
    if (isDone(pod) && pod.spec.nodeName === undefined) return null;
    const { namespace = '', name = '', deletionTimestamp } = pod.metadata;
    const deadline = parseTime(deletionTimestamp);
    const asked = ageText(world.now - deletionAskedAt(pod));
    const hooked = containersOf(pod).find(({ spec }) => spec.lifecycle?.preStop !== undefined);
    const doing =
      hooked === undefined
        ? 'its processes were told to end (SIGTERM)'
        : `preStop of ${hooked.spec.name} runs first, then SIGTERM`;
    if (world.now <= deadline + SLACK_MS) {
      const left = Math.max(0, deadline - world.now);
      return {
        severity: 'waits',
        says: `it was told to end ${asked} ago: ${doing}; killed in ${ageText(left)} at the latest`,
        rule: {
          text: 'A deleted pod has terminationGracePeriodSeconds for its preStop hook and its own shutdown together; what still runs then is killed.',
          source: 'spec.terminationGracePeriodSeconds',
        },
      };
    }
    return {
      severity: 'blocks',
      says: `it was told to end ${asked} ago, its grace is over since ${ageText(world.now - deadline)}, and node ${pod.spec.nodeName} (which is ready) has not removed it`,
      rule: {
        text: 'A pod object goes when its node has seen all processes end and has unmounted its volumes.',
        source: 'metadata.deletionTimestamp',
      },
      ways: [
        way('see what still runs', logsOf(namespace, name, pod.spec.containers[0]!.name)),
        way(
          'last resort: remove the object without waiting for the node',
          forceDeletePod(namespace, name),
          risk('if a process still runs, two members write as one'),
        ),
      ],
    };
  },
});
