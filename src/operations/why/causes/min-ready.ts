import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { setOf } from '../facts/owner.ts';
import { conditionOf, isAvailable, isReady, isTerminating } from '../facts/pod-facts.ts';
import { ageText } from '../words.ts';

/** Ready, but not for minReadySeconds yet. */
export const minReady = cause({
  id: 'min-ready',
  kind: 'Pod',
  applies(pod, world) {
    const seconds = setOf(pod, world)?.spec.minReadySeconds ?? 0;
    if (seconds === 0 || !isReady(pod) || isTerminating(pod) || isAvailable(pod, seconds, world.now)) return null;
    const left = parseTime(conditionOf(pod, 'Ready')?.lastTransitionTime) + seconds * 1000 - world.now;
    return {
      severity: 'waits',
      says: `it is Ready and becomes available in ${ageText(left)} (minReadySeconds ${seconds})`,
      rule: {
        text: 'A set goes on only when a pod has been Ready for minReadySeconds without a break; each flap starts that time anew.',
        source: 'spec.minReadySeconds',
      },
    };
  },
});
