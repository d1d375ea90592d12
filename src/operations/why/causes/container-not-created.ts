import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { waitingFor } from '../facts/pod-gates.ts';
import { shortened } from '../words.ts';

/** The runtime cannot create or start a container. */
export const containerNotCreated = cause({
  id: 'container-not-created',
  kind: 'Pod',
  applies(pod, world) {
    const waiting = waitingFor(pod, world, [
      'CreateContainerError',
      'RunContainerError',
      'PreCreateHookError',
      'PreStartHookError',
      'PostStartHookError',
    ]);
    if (waiting === null) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const hook = waiting.reason === 'PostStartHookError';
    return {
      severity: 'blocks',
      says: hook
        ? `postStart of ${waiting.view.spec.name} fails, so the container is killed: ${shortened(waiting.message)}`
        : `${waiting.view.spec.name} cannot be started (${waiting.reason}): ${shortened(waiting.message)}`,
      rule: hook
        ? { text: 'A container whose postStart hook fails is killed and started again.', source: 'lifecycle.postStart' }
        : {
            text: 'The runtime is asked again with growing pauses; a wrong command, path or user does not heal.',
            source: 'spec.containers[].command',
          },
      ways: [way('see what the node says', kubectl(namespace, 'describe', 'pod', name))],
    };
  },
});
