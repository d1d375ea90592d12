import type { Checker, CheckerDefinition } from '../checker.ts';
import {
  annotationOf,
  isMember,
  isOrdered,
  isReady,
  isTerminating,
  isWell,
  OPT_IN_STUCK,
  ordinalsOf,
  podKey,
} from '../facts.ts';
import { updateDelete } from '../update-deletes.ts';

/** Opt-in stuck-rollout: a member that goes while its ordered set waits has never been Ready, and goes alone. */
export const NEVER_READY: CheckerDefinition = {
  id: 'O1',
  title: 'an ordered set that waits replaces only members that were never Ready, one at a time',
  create({ history, decisions, evaluated, violated }): Checker {
    return {
      on(entry) {
        const update = updateDelete(decisions, entry);
        if (update === null) return;
        const { decision, name } = update;
        const { set, nowMs } = decision;
        if (annotationOf(set, OPT_IN_STUCK) !== 'replace-never-ready' || !isOrdered(set)) return;
        const names = ordinalsOf(set).map((ordinal) => `${set.metadata.name}-${ordinal}`);
        const inTurn = decision.sometime((pods) =>
          names.every((one) => {
            const pod = pods.get(one);
            return pod !== undefined && isWell(set, pod, nowMs);
          }),
        );
        if (inTurn) return;
        evaluated();
        const key = podKey(set.metadata.namespace ?? '', name);
        const victim = history.now(key);
        // The server refuses to delete a pod that is not what the controller saw.
        const asSeen = entry.kind === 'call' ? entry.call.options?.preconditions?.resourceVersion : undefined;
        if (asSeen !== undefined && asSeen !== victim?.metadata.resourceVersion) return;
        const lives = history.versions(key).flatMap(({ object }) => object ?? []);
        if (lives.some((state) => state.metadata.uid === victim?.metadata.uid && isReady(state))) {
          violated(`${set.metadata.name} replaced ${name} out of turn, which has been Ready before`);
        }
        const alone = decision.sometime((pods) =>
          names.every((one) => {
            const pod = pods.get(one);
            return one === name || pod === undefined || !isMember(set, pod) || !isTerminating(pod);
          }),
        );
        if (!alone) violated(`${set.metadata.name} replaced ${name} out of turn while another member was terminating`);
      },
    };
  },
};
