import type { KubeObject } from '../../schema/object.ts';
import type { CheckerDefinition } from './checker.ts';
import type { Decision } from './decisions.ts';
import {
  indexOf,
  isMember,
  isOrdered,
  isTerminating,
  isUnavailable,
  isWell,
  mayBeMember,
  ordinalOf,
  ordinalsOf,
} from './facts.ts';

/** Why the surplus member must not go by what these pods are; null when it may. */
function objection({ set, nowMs }: Decision, pods: ReadonlyMap<string, KubeObject>, name: string): string | null {
  const victim = pods.get(name);
  if (victim === undefined) return 'it is not there';
  if (isTerminating(victim)) return 'it is terminating already';
  for (const ordinal of ordinalsOf(set)) {
    const one = pods.get(`${set.metadata.name}-${ordinal}`);
    if (one === undefined || !mayBeMember(set, one) || !isWell(set, one, nowMs)) {
      return `ordinal ${ordinal}, which stays, is not available`;
    }
  }
  const surplus = [...pods.values()].filter((one) => isMember(set, one) && indexOf(set, ordinalOf(one)) < 0);
  const higher = surplus.find((one) => ordinalOf(one) > ordinalOf(victim));
  if (higher !== undefined) return `${higher.metadata.name} above it is not gone`;
  if (isWell(set, victim, nowMs)) return null;
  const lower = surplus.find((one) => ordinalOf(one) < ordinalOf(victim) && isUnavailable(set, one, nowMs));
  return lower === undefined ? null : `it is not well, and neither is ${lower.metadata.name} below it`;
}

export const S7: CheckerDefinition = {
  id: 'S7',
  title: 'OrderedReady: surplus members go one at a time, highest first, when the others are available',
  create({ decisions, evaluated, violated }) {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.verb !== 'delete' || entry.call.target.resource !== 'pods') return;
        const decision = decisions.ofPod(entry);
        if (decision === null || !isOrdered(decision.set)) return;
        const { name } = entry.call;
        const ordinal = Number(name.slice(name.lastIndexOf('-') + 1));
        if (indexOf(decision.set, ordinal) >= 0) return;
        evaluated();
        const why = new Set<string>();
        const allowed = decision.sometime((pods) => {
          const against = objection(decision, pods, name);
          if (against !== null) why.add(against);
          return against === null;
        });
        if (!allowed) violated(`${decision.set.metadata.name} removed surplus ${name} although ${[...why].join('; ')}`);
      },
    };
  },
};
