import { podUid } from '../objects.ts';
import { isAdoptable, isClaimed, isInRange, type View } from '../view.ts';
import type { Invariant } from './invariant.ts';

/** S13: what is deleted, repaired or given claims is a pod the set owns; a pod made in this pass counts. */
export const ownPodsOnly: Invariant = {
  id: 'S13',
  name: 'own-pods-only',
  check(view) {
    const { world, setting, pass } = view;
    const steps = pass.steps.filter((step) => step.kind !== 'create');
    if (steps.length === 0) return null;
    for (const { kind, ordinal, pod } of steps) {
      const found = world.slots[ordinal]?.pod ?? null;
      if (found !== null && isClaimed(setting, found) && pod.metadata.uid === podUid(found, ordinal)) continue;
      const made =
        pod.metadata.uid === undefined && pass.steps.some((step) => step.kind === 'create' && step.pod === pod);
      if (!made) return `${kind} of pod ${ordinal}, which the set does not own`;
    }
    return true;
  },
};

/** S13: a deletion under way is not asked for again; finished and old is the one case of two reasons (1.11). */
export const noSecondDelete: Invariant = {
  id: 'S13',
  name: 'no-second-delete',
  check(view) {
    const deletes = view.pass.steps.filter((step) => step.kind === 'delete');
    if (deletes.length === 0) return null;
    const seen = new Set<string>();
    for (const { ordinal, pod, why } of deletes) {
      if (pod.metadata.deletionTimestamp !== undefined) return `deletes pod ${ordinal}, which is terminating`;
      if (seen.has(`${ordinal}/${why}`)) return `deletes pod ${ordinal} twice`;
      seen.add(`${ordinal}/${why}`);
    }
    return true;
  },
};

/** S14: adopted are exactly the pods that match, that nobody controls and that are not terminating; by a live set. */
export const adoption: Invariant = {
  id: 'S14',
  name: 'adoption',
  check(view) {
    return compare(view, view.pass.adopted, (pod) => isAdoptable(view.setting, pod), 'adopts');
  },
};

/** S14: released are exactly the set's own pods that match no longer; by a live set. */
export const release: Invariant = {
  id: 'S14',
  name: 'release',
  check(view) {
    const { setting, pass } = view;
    return compare(view, pass.released, (pod) => pod.owner === 'set' && !pod.selected && !setting.deleting, 'releases');
  },
};

type PodTest = (pod: NonNullable<View['world']['slots'][number]['pod']>) => boolean;

function compare({ world }: View, done: View['pass']['adopted'], wanted: PodTest, verb: string): null | true | string {
  let some = false;
  for (let ordinal = 0; ordinal < world.slots.length; ordinal++) {
    const { pod } = world.slots[ordinal]!;
    if (pod === null) continue;
    const is = done.some((candidate) => candidate.metadata.name === `web-${ordinal}`);
    if (is !== wanted(pod)) return is ? `${verb} pod ${ordinal}` : `never ${verb} pod ${ordinal}`;
    if (is) some = true;
  }
  return some ? true : null;
}

/** 1.6 step 4, 1.8: a set that is being deleted gets its status, and that is all. */
export const deletingSetRests: Invariant = {
  id: 'S13',
  name: 'deleting-set-rests',
  check({ setting, pass }) {
    if (!setting.deleting) return null;
    const writes = pass.steps.length + pass.adopted.length + pass.released.length;
    return writes === 0 ? true : `makes ${writes} writes for a set that is being deleted`;
  },
};

/** 1.6 step 5a: replaced as finished are only Failed or Succeeded members in range. */
export const finishedOnly: Invariant = {
  id: 'S13',
  name: 'finished-only',
  check({ world, setting, pass }) {
    const deletes = pass.steps.filter((step) => step.why === 'finished');
    if (deletes.length === 0) return null;
    for (const { ordinal } of deletes) {
      const phase = world.slots[ordinal]?.pod?.phase;
      if (!isInRange(setting, ordinal)) return `replaces pod ${ordinal} out of range`;
      if (phase !== 'Failed' && phase !== 'Succeeded') return `replaces pod ${ordinal} in phase ${phase}`;
    }
    return true;
  },
};
