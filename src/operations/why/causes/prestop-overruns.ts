import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { patchTemplate } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { containersOf, deletionAskedAt, graceSeconds, isTerminating } from '../facts/pod-facts.ts';
import type { Container, Pod } from '../observed.ts';
import { counted } from '../words.ts';
import type { World } from '../world.ts';

/** The preStop hook takes (or will take) all the grace, so that the process itself is killed without a chance to close its files. */
export const prestopOverruns = cause({
  id: 'prestop-overruns',
  kind: 'Pod',
  applies(pod, world) {
    const hooked = containersOf(pod).find(({ spec }) => spec.lifecycle?.preStop !== undefined);
    if (hooked === undefined) return null;
    const { spec } = hooked;
    const grace = graceSeconds(pod);
    const seconds = sleepSeconds(spec);
    const observed = overran(pod, world);
    if (observed === null && (seconds === null || seconds < grace)) return null;
    const set = setOf(pod, world);
    const longer = Math.max(2 * grace, (seconds ?? 0) + 30);
    const ways: Way[] =
      set === undefined
        ? []
        : [
            way(
              'give it the time: hook plus shutdown (restarts the pods one by one, the last time with the short grace)',
              patchTemplate(pod.metadata.namespace ?? '', set.metadata.name ?? '', {
                terminationGracePeriodSeconds: longer,
              }),
            ),
          ];
    return {
      severity: 'warning',
      says:
        observed ??
        `preStop of ${spec.name} sleeps ${seconds}s, but its grace is ${grace}s: at its end the process gets no time to shut down and is killed`,
      rule: {
        text: 'The grace counts from the deletion and covers the preStop hook; SIGTERM comes only after the hook, with what is left of it (2 s at least), then SIGKILL.',
        source: 'spec.terminationGracePeriodSeconds, lifecycle.preStop',
      },
      ways,
    };

    function overran(of: Pod, at: World): string | null {
      const name = of.metadata.name ?? '';
      // Events of earlier pods of this name tell of the same hook.
      const failed = at
        .events('Pod', of.metadata.namespace, name)
        .find(({ reason }) => reason === 'FailedPreStopHook' || reason === 'ExceededGracePeriod');
      if (failed !== undefined)
        return `preStop of ${spec.name} did not end within the grace of ${counted(grace, 'second')}, and the process was killed`;
      if (!isTerminating(of) || at.now <= parseTime(of.metadata.deletionTimestamp)) return null;
      const running = hooked?.status?.state?.running !== undefined;
      const took = Math.round((at.now - deletionAskedAt(of)) / 1000);
      return running
        ? `preStop of ${spec.name} runs for ${took}s, its grace was ${of.metadata.deletionGracePeriodSeconds ?? grace}s: the process is killed without a SIGTERM to close its files`
        : null;
    }
  },
});

/** Seconds a hook surely sleeps: the sleep action, or `sleep N` in its command. */
function sleepSeconds({ lifecycle }: Container): number | null {
  const hook = lifecycle?.preStop;
  if (hook?.sleep !== undefined) return hook.sleep.seconds;
  const command = (hook?.exec?.command ?? []).join(' ');
  const match = /(?:^|[\s;&|])sleep (\d+)(?:s)?(?=$|[\s;&|])/.exec(command);
  return match === null ? null : Number(match[1]);
}
