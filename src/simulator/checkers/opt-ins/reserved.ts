import type { Checker, CheckerDefinition } from '../checker.ts';
import {
  annotationOf,
  described,
  indexOf,
  isMember,
  isTerminating,
  memberName,
  ordinalOf,
  replicasOf,
} from '../facts.ts';

const OPT_IN_RESERVED = 'perdure.dev/reserved-ordinals';

/** Opt-in reserved-ordinals: nothing is made there, and in the end nothing is left there. */
export const RESERVED: CheckerDefinition = {
  id: 'O4',
  title: 'members are made at ordinals that count only, and none stays at a reserved one',
  create({ history, decisions, evaluated, violated }): Checker {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.verb !== 'create' || entry.call.target.resource !== 'pods') return;
        const name = entry.call.name || ((entry.call.body as { metadata?: { name?: string } })?.metadata?.name ?? '');
        const member = memberName(name);
        const decision = member === null ? null : decisions.of(entry, member.set);
        if (member === null || decision === null || annotationOf(decision.set, OPT_IN_RESERVED) === undefined) return;
        evaluated();
        if (indexOf(decision.set, member.ordinal) < 0)
          violated(`${member.set} made ${name}, which is none of its ordinals`);
      },
      settled() {
        for (const set of history.all('apps/statefulsets').values()) {
          if (annotationOf(set, OPT_IN_RESERVED) === undefined || isTerminating(set)) continue;
          // Surplus members of an ordered set stay while one of the others is not well.
          if ((set.status?.availableReplicas ?? 0) < replicasOf(set)) continue;
          evaluated();
          for (const pod of history.all('core/pods').values()) {
            if (isMember(set, pod) && indexOf(set, ordinalOf(pod)) < 0) violated(`${described(pod)} is left over`);
          }
        }
      },
    };
  },
};
