import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { isTerminating } from '../facts/pod-facts.ts';
import { counted, shortened } from '../words.ts';

/** The pod has ended as a whole: evicted, rejected by its node, past its deadline, all containers done. */
export const podFailed = cause({
  id: 'pod-failed',
  kind: 'Pod',
  applies(pod, world) {
    const { phase, reason, message } = pod.status;
    if ((phase !== 'Failed' && phase !== 'Succeeded') || isTerminating(pod)) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const set = setOf(pod, world);
    const removals = world
      .events('StatefulSet', namespace, set?.metadata.name)
      .filter(({ reason: why, message: text }) => why === 'SuccessfulDelete' && text.includes(`Pod ${name} `))
      .reduce((sum, { count }) => sum + count, 0);
    const again = removals > 1 ? `; it was made anew ${counted(removals, 'time')} lately` : '';
    const ways: Way[] = [way('see what happened', kubectl(namespace, 'describe', 'pod', name))];
    if (reason === 'Evicted')
      ways.push(
        way(
          `find what fills node ${pod.spec.nodeName}, and ask for what the pod really uses so that it is not the first to go`,
          kubectl(undefined, 'describe', 'node', pod.spec.nodeName ?? ''),
        ),
      );
    if (set === undefined) ways.push(way('delete it, nobody else will', deletePod(namespace, name)));
    return {
      severity: set === undefined ? 'blocks' : 'waits',
      says: `it is ${phase}${reason === undefined ? '' : ` (${reason})`}${message === undefined ? '' : `: ${shortened(message).replace(/\.$/, '')}`}${again}`,
      rule: {
        text:
          set === undefined
            ? 'A pod that has ended never runs again.'
            : 'A set deletes a pod that has ended and makes it anew at once, without a pause between attempts.',
        source: 'status.phase',
      },
      ways,
    };
  },
});
