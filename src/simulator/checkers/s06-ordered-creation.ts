import type { KubeObject } from '../../schema/object.ts';
import type { CheckerDefinition } from './checker.ts';
import { controllerRef, indexOf, isOrdered, isReady, isWell, mayBeMember, ordinalOf, ordinalsOf } from './facts.ts';

/** The container that makes a lie of condition Ready, if there is one. */
function downThoughReady(pod: KubeObject): string | null {
  if (!isReady(pod)) return null;
  const statuses: readonly {
    readonly name: string;
    readonly ready?: boolean;
    readonly state?: { readonly running?: object };
  }[] = pod.status?.containerStatuses ?? [];
  return statuses.find(({ ready, state }) => ready !== true || state?.running === undefined)?.name ?? null;
}

export const S6: CheckerDefinition = {
  id: 'S6',
  title: 'OrderedReady: a member is made when all lower ones are available',
  create({ decisions, evaluated, violated }) {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.target.resource !== 'pods') return;
        if (entry.call.subresource === 'status' && entry.call.program.startsWith('kubelet/')) {
          const down = downThoughReady(entry.call.body as KubeObject);
          evaluated();
          if (down !== null)
            violated(`${entry.call.program} says that ${entry.call.name} is ready, and its container ${down} is not`);
        }
        if (entry.call.verb !== 'create') return;
        const decision = decisions.ofPod(entry);
        if (decision === null || !isOrdered(decision.set)) return;
        const { set, nowMs } = decision;
        const pod = entry.call.body as KubeObject;
        if (controllerRef(pod)?.uid !== set.metadata.uid) return;
        const index = indexOf(set, ordinalOf(pod));
        if (index < 0) {
          violated(`${set.metadata.name} made ${pod.metadata.name}, which is none of its ordinals ${ordinalsOf(set)}`);
          return;
        }
        evaluated();
        const lower = ordinalsOf(set).slice(0, index);
        const waiting = (pods: ReadonlyMap<string, KubeObject>): number | undefined =>
          lower.find((ordinal) => {
            const one = pods.get(`${set.metadata.name}-${ordinal}`);
            return one === undefined || !mayBeMember(set, one) || !isWell(set, one, nowMs);
          });
        if (decision.sometime((pods) => waiting(pods) === undefined)) return;
        const [low, high] = decision.window('pods');
        violated(
          `${set.metadata.name} made ${pod.metadata.name} while, in its cache from @${low} to @${high}, a lower member was not available`,
        );
      },
    };
  },
};
