import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { containersOf, unreadyFor } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { ageText, shortened } from '../words.ts';

/** A volume cannot be mounted. What concerns ConfigMaps and Secrets is told by `config-missing`. */
export const volumeMount = cause({
  id: 'volume-mount',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world) || containersOf(pod).some(({ status }) => status?.containerID !== undefined)) return null;
    const { namespace = '', name = '', uid } = pod.metadata;
    const event = world
      .events('Pod', namespace, name, uid)
      .find(
        ({ reason, message }) =>
          (reason === 'FailedMount' || reason === 'FailedMapVolume') &&
          !/(configmaps?|secrets?) "[^"]+" not found|non-existent/i.test(message),
      );
    if (event === undefined) return null;
    return {
      severity: 'blocks',
      says: `a volume cannot be mounted on ${pod.spec.nodeName}, ${ageText(unreadyFor(pod, world))} by now: ${shortened(event.message, 200)}`,
      rule: { text: 'No container starts before all volumes are mounted.', source: 'spec.volumes' },
      ways: [
        way('see what the node says', kubectl(namespace, 'describe', 'pod', name)),
        way('see the claims', kubectl(namespace, 'get', 'pvc', '-o', 'wide')),
      ],
    };
  },
});
