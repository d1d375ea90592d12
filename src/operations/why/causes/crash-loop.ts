import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { logsOf } from '../commands.ts';
import { exitText, isCrashing, lastExit } from '../facts/exits.ts';
import { containersOf } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { killedByProbe } from '../facts/probes.ts';
import { ageText, counted } from '../words.ts';

/** A container ends again and again, and no more special reason is known. */
export const crashLoop = cause({
  id: 'crash-loop',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world)) return null;
    for (const { spec, status, init } of containersOf(pod)) {
      if (status === undefined || init || !isCrashing(status, world.now)) continue;
      const exit = lastExit(status);
      if (exit === null || exit.reason === 'OOMKilled' || killedByProbe(pod, spec.name, world)) continue;
      const { namespace = '', name = '' } = pod.metadata;
      const restarts =
        status.restartCount === 0 ? '' : `: ${counted(status.restartCount, 'restart')} in ${ageText(world.age(pod))}`;
      const pausing =
        status.state?.waiting?.reason === 'CrashLoopBackOff' ? '; the next start comes after a pause' : '';
      return {
        severity: 'blocks',
        says: `${spec.name} ${exit.exitCode === 0 ? 'ends by itself' : 'crashes'} (${exitText(exit)})${restarts}${pausing}`,
        rule: {
          text: 'A container that ends is started again after pauses that double from 10 s to 5 min; ten minutes without an end reset them.',
          source: 'spec.restartPolicy (CrashLoopBackOff)',
        },
        ways: [way('see its last words', logsOf(namespace, name, spec.name, true))],
      };
    }
    return null;
  },
});
