import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { forceDeletePod } from '../commands.ts';
import { isUnreachable } from '../facts/node-facts.ts';
import { setOf } from '../facts/owner.ts';
import { isDone, isTerminating } from '../facts/pod-facts.ts';
import { nodeLost } from '../facts/pod-gates.ts';
import { subjectOf } from '../subject.ts';
import { ageText } from '../words.ts';

/** The node of the pod does not answer, or does not exist any more. */
export const nodeLostOfPod = cause({
  id: 'node-lost',
  kind: 'Pod',
  applies(pod, world) {
    if (!nodeLost(pod, world) || isDone(pod)) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const node = world.node(pod.spec.nodeName);
    if (node === undefined) {
      return {
        severity: 'waits',
        says: `its node ${pod.spec.nodeName} does not exist any more; the pod is removed within a minute`,
        rule: {
          text: 'Pods of a node that was deleted are removed after a quarantine of 40 s.',
          source: 'pod garbage collection',
        },
      };
    }
    const terminating = isTerminating(pod);
    const state = isUnreachable(node) ? 'does not answer' : 'is not ready';
    const member = setOf(pod, world) !== undefined;
    return {
      severity: 'follows',
      says: terminating
        ? `it was deleted ${ageText(world.since(pod.metadata.deletionTimestamp))} ago and stays Terminating: its node ${pod.spec.nodeName} ${state}, so nobody can confirm that its processes have ended`
        : `its node ${pod.spec.nodeName} ${state}`,
      rule: {
        text: `A pod object goes only when its node says the processes are gone${member ? ', because a second member of the same name on the same data would be worse than none' : ''}. Nodes that stay away have their pods deleted after 5 minutes (tolerationSeconds), which alone removes nothing.`,
        source: 'at most one pod per identity; taint node.kubernetes.io/unreachable',
      },
      ways: terminating
        ? [
            way(
              "last resort, when the machine is surely off: remove the pod object without its node's word",
              forceDeletePod(namespace, name),
              risk('if the process still runs there, two members write as one, and data is lost or torn'),
            ),
          ]
        : [],
      next: [subjectOf('Node', node)],
    };
  },
});
