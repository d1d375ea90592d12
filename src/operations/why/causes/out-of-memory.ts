import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { lastExit } from '../facts/exits.ts';
import { setOf } from '../facts/owner.ts';
import { containersOf } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { counted } from '../words.ts';

/** A container was killed because it used more memory than it may. */
export const outOfMemory = cause({
  id: 'out-of-memory',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world)) return null;
    const hit = containersOf(pod).find(
      ({ status }) => status !== undefined && lastExit(status)?.reason === 'OOMKilled',
    );
    if (hit?.status === undefined) return null;
    const { spec, status } = hit;
    const limit = spec.resources?.limits?.memory;
    const set = setOf(pod, world);
    return {
      severity: status.ready ? 'warning' : 'blocks',
      says: `${spec.name} was killed for using more memory than ${limit === undefined ? 'its node has' : `its limit of ${limit}`} (OOMKilled, ${counted(status.restartCount, 'restart')})`,
      rule: {
        text: 'Beyond its memory limit a process is killed without warning; a database then recovers at its next start, and needs memory for that too.',
        source: 'spec.containers[].resources.limits.memory',
      },
      ways:
        set === undefined
          ? []
          : [
              way(
                'give it more (restarts the pods one by one)',
                kubectl(
                  pod.metadata.namespace,
                  'set',
                  'resources',
                  `sts/${set.metadata.name}`,
                  '-c',
                  spec.name,
                  '--limits=memory=MORE',
                ),
              ),
            ],
    };
  },
});
