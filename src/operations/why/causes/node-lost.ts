import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { forceDeletePod } from '../commands.ts';
import { isUnreachable } from '../facts/node-facts.ts';
import { setOf } from '../facts/owner.ts';
import { deletionAskedAt, isDone, isTerminating } from '../facts/pod-facts.ts';
import { nodeLost } from '../facts/pod-gates.ts';
import { toleratedSeconds } from '../facts/toleration-facts.ts';
import type { Node, Pod } from '../observed.ts';
import { subjectOf } from '../subject.ts';
import { ageText } from '../words.ts';
import type { World } from '../world.ts';

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
        ? `it was deleted ${ageText(world.now - deletionAskedAt(pod))} ago and stays Terminating: its node ${pod.spec.nodeName} ${state}, so nobody can confirm that its processes have ended`
        : `its node ${pod.spec.nodeName} ${state}${fate(pod, node, world)}`,
      rule: {
        text: `A pod object goes only when its node says the processes are gone${member ? ', because a second member of the same name on the same data would be worse than none' : ''}. Nodes that stay away have their pods deleted when tolerationSeconds are over (5 minutes unless the pod says otherwise), which alone removes nothing.`,
        source: 'at most one pod per identity; taint node.kubernetes.io/unreachable',
      },
      ways: terminating
        ? [
            way(
              "last resort, when the machine is surely off: remove the pod object without its node's word",
              forceDeletePod(namespace, name),
              risk(
                'if the process still runs there, two members write as one, and data is lost or torn; an attached volume follows only after 6 minutes',
              ),
            ),
          ]
        : [],
      next: [subjectOf('Node', node)],
    };
  },
});

/** When the pod is going to be deleted for it; '' while nothing says so yet. */
function fate(pod: Pod, node: Node, world: World): string {
  const taint = (node.spec.taints ?? []).find(
    ({ key, effect }) => effect === 'NoExecute' && /^node\.kubernetes\.io\/(unreachable|not-ready)$/.test(key),
  );
  if (taint === undefined) return '';
  const seconds = toleratedSeconds(pod, taint);
  if (seconds === Number.POSITIVE_INFINITY) return '; it tolerates that for ever';
  const since = parseTime(taint.timeAdded);
  if (Number.isNaN(since)) return '';
  const leftMs = since + seconds * 1000 - world.now;
  return leftMs <= 0 ? '' : `; it is deleted in ${ageText(leftMs)} (tolerationSeconds ${seconds})`;
}
