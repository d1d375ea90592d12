import {
  allowedUnavailable,
  deletesFor,
  isBudgeted,
  isFinished,
  isFree,
  isHeldBack,
  isInRange,
  isOld,
  isUnavailable,
  isUnderway,
  isUpdatable,
  rangeOf,
  stepsOf,
  type View,
} from '../view.ts';
import type { Invariant } from './invariant.ts';

/** S8: never a pod below the partition, out of range, or already at the update revision. */
export const updateAbovePartition: Invariant = {
  id: 'S8',
  name: 'update-above-partition',
  check(view) {
    const deletes = deletesFor(view, 'update');
    if (deletes.length === 0) return null;
    for (const { ordinal, revision } of deletes) {
      if (!isInRange(view.setting, ordinal)) return `updates pod ${ordinal} out of range`;
      if (!isUpdatable(view.setting, ordinal)) return `updates pod ${ordinal} below the partition`;
      if (revision === 'B') return `updates pod ${ordinal}, which has the update revision`;
    }
    return true;
  },
};

/** S8: highest first. One at a time waits for all higher ones; several at a time spare no higher old one. */
export const updateDescending: Invariant = {
  id: 'S8',
  name: 'update-descending',
  check(view) {
    const deletes = deletesFor(view, 'update').map((step) => step.ordinal);
    if (deletes.length === 0) return null;
    if (deletes.some((ordinal, at) => at > 0 && ordinal >= deletes[at - 1]!)) return `updates in the order ${deletes}`;
    const lowest = deletes.at(-1)!;
    const { members, setting } = view;
    for (const spared of members.filter(({ ordinal }) => ordinal > lowest && !deletes.includes(ordinal))) {
      const below = members.filter(({ ordinal }) => ordinal < spared.ordinal && deletes.includes(ordinal));
      const passedOver = !isFree(setting, spared) && below.every((member) => isFree(setting, member));
      if (isOld(spared.pod) && !passedOver) return `updates pod ${lowest} before pod ${spared.ordinal}`;
      if (!isBudgeted(setting) && isUnavailable(setting, spared.pod))
        return `updates pod ${lowest} while pod ${spared.ordinal} is unavailable`;
    }
    return true;
  },
};

/** S8: a member below the partition comes back at the current revision, any other at the update revision (1.4). */
export const recreatedRevision: Invariant = {
  id: 'S8',
  name: 'recreated-revision',
  check(view) {
    const creates = stepsOf(view, 'create');
    if (creates.length === 0) return null;
    const { setting, world } = view;
    const kept = setting.partition ?? (setting.strategy === 'OnDelete' ? 0 : world.statusCurrentReplicas);
    for (const { ordinal, revision } of creates) {
      const wanted = rangeOf(setting).indexOf(ordinal) < kept ? world.current : 'B';
      if (revision !== wanted) return `creates pod ${ordinal} at ${revision} instead of ${wanted}`;
    }
    return true;
  },
};

/**
 * S9: an update takes down no more members than maxUnavailable leaves room for; one, with the gate off. Opt-ins: members
 * that give nothing cost nothing, but never are more on their way to the new revision.
 */
export const maxUnavailable: Invariant = {
  id: 'S9',
  name: 'max-unavailable',
  check(view) {
    const { setting, members } = view;
    const taken = deletesFor(view, 'update').map((step) => step.ordinal);
    if (taken.length === 0) return null;
    if (!isBudgeted(setting)) return taken.length === 1 ? true : `takes down ${taken.length} members at once`;
    const down = members.filter(({ pod }) => isUnavailable(setting, pod));
    const paid = members.filter((member) => taken.includes(member.ordinal) && !isFree(setting, member)).length;
    const underway = members.filter((member) => isUnderway(view, member)).length;
    const allowed = allowedUnavailable(setting);
    if (paid > 0 && down.length + paid > allowed)
      return `takes down ${paid} while ${down.length} of ${allowed} are unavailable`;
    return underway + taken.length <= allowed
      ? true
      : `takes down ${taken.length} while ${underway} of ${allowed} are on their way`;
  },
};

/** S10: OnDelete never deletes for an update. */
export const onDeleteWaits: Invariant = {
  id: 'S10',
  name: 'on-delete-waits',
  check(view) {
    if (view.setting.strategy !== 'OnDelete') return null;
    return deletesFor(view, 'update').length === 0 ? true : 'deletes for an update under OnDelete';
  },
};

/** S10: what is missing is made, and what is too much is removed, before anything is updated. */
export const scalingFirst: Invariant = {
  id: 'S10',
  name: 'scaling-first',
  check(view) {
    const updates = deletesFor(view, 'update');
    if (updates.length === 0) return null;
    const firstBatch = updates[0]!.batch;
    const done = (kind: 'create' | 'delete', ordinal: number) =>
      view.pass.steps.some(
        (step) => step.kind === kind && step.ordinal === ordinal && step.why !== 'update' && step.batch < firstBatch,
      );
    for (const member of view.members) {
      if (member.pod === null && !isHeldBack(view.setting, member) && !done('create', member.ordinal))
        return `updates while pod ${member.ordinal} is missing`;
      if (member.pod !== null && isFinished(member.pod) && !member.pod.terminating && !done('delete', member.ordinal))
        return `updates while pod ${member.ordinal} is finished`;
    }
    for (const { ordinal, pod } of view.condemned) {
      if (view.ordered) return `updates while pod ${ordinal} is condemned`;
      if (!pod!.terminating && !done('delete', ordinal)) return `updates before condemned pod ${ordinal} is deleted`;
    }
    return removalsAfterCreations(view);
  },
};

function removalsAfterCreations(view: View): true | string {
  const lastCreate = stepsOf(view, 'create').at(-1)?.batch ?? -1;
  const firstRemoval = deletesFor(view, 'condemned')[0]?.batch ?? Number.POSITIVE_INFINITY;
  return lastCreate < firstRemoval ? true : 'removes condemned members before all missing ones are made';
}
