import { stepsOf } from '../view.ts';
import type { Invariant } from './invariant.ts';

/** S2: a pod is created only in range, only where the set has none (be it on its way out), and once. */
export const onePodPerName: Invariant = {
  id: 'S2',
  name: 'one-pod-per-name',
  check(view) {
    const creates = stepsOf(view, 'create');
    if (creates.length === 0) return null;
    const seen = new Set<number>();
    for (const { ordinal } of creates) {
      const member = view.members.find((candidate) => candidate.ordinal === ordinal);
      if (member === undefined) return `creates pod ${ordinal} out of range`;
      if (member.pod !== null) return `creates pod ${ordinal} while the old one exists`;
      if (seen.has(ordinal)) return `creates pod ${ordinal} twice`;
      seen.add(ordinal);
    }
    return true;
  },
};
