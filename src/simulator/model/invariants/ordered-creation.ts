import { isHealthy, stepsOf } from '../view.ts';
import type { Invariant } from './invariant.ts';

/** S6: an ordered set creates pod i only when all lower pods in range run and are available. */
export const orderedCreation: Invariant = {
  id: 'S6',
  name: 'ordered-creation',
  check(view) {
    const creates = stepsOf(view, 'create');
    if (!view.ordered || creates.length === 0) return null;
    for (const { ordinal } of creates) {
      const lower = view.members.find((member) => member.ordinal < ordinal && !isHealthy(view.setting, member.pod));
      if (lower !== undefined) return `creates pod ${ordinal} while pod ${lower.ordinal} is not available`;
    }
    return true;
  },
};

/** S6, S7: an ordered set creates, replaces or removes one member in a pass, and updates in no such pass. */
export const oneAtATime: Invariant = {
  id: 'S6',
  name: 'one-at-a-time',
  check(view) {
    if (!view.ordered) return null;
    const changes = view.pass.steps.filter((step) => step.kind === 'create' || step.kind === 'delete');
    const scaling = changes.filter((step) => step.why !== 'update');
    if (changes.length === 0) return null;
    if (scaling.length > 1) return `changes pods ${scaling.map((step) => step.ordinal).join(', ')} in one pass`;
    if (scaling.length === 1 && changes.length > 1) return 'scales and updates in one pass';
    return true;
  },
};
