import { execute } from '../effects.ts';
import type { Step } from '../pass.ts';
import { isFinished, isHeldBack, isInRange, stepsOf, type View } from '../view.ts';
import type { ClaimRef, ClaimState, Setting } from '../world.ts';
import type { Invariant } from './invariant.ts';

/** S3: a new pod mounts the claim of its own ordinal, and no other. */
export const ownClaims: Invariant = {
  id: 'S3',
  name: 'own-claims',
  check(view) {
    const creates = stepsOf(view, 'create');
    if (creates.length === 0) return null;
    for (const { ordinal, pod } of creates) {
      const mounted = (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
      const wanted = view.setting.claims ? `data-web-${ordinal}` : '';
      if (mounted.join() !== wanted) return `pod ${ordinal} mounts ${mounted.join() || 'nothing'}`;
    }
    return true;
  },
};

/** S3, S4: no new pod takes over a claim that the garbage collector is about to take away. */
export const heldBack: Invariant = {
  id: 'S4',
  name: 'held-back',
  check(view) {
    const held = view.members.filter((member) => isHeldBack(view.setting, member));
    if (held.length === 0) return null;
    const made = held.find(({ ordinal }) => stepsOf(view, 'create').some((step) => step.ordinal === ordinal));
    return made === undefined ? true : `creates pod ${made.ordinal} on the claim of its predecessor`;
  },
};

/** S3: a Pending pod's missing claims are made before anything else is done for it. */
export const claimsFirst: Invariant = {
  id: 'S3',
  name: 'claims-first',
  check(view) {
    const ensured = stepsOf(view, 'ensure-claims');
    if (ensured.length === 0) return null;
    for (const { ordinal } of ensured) {
      const own = view.pass.steps.filter((step) => step.ordinal === ordinal && step.why !== 'stuck');
      if (view.world.slots[ordinal]?.pod?.phase !== 'Pending')
        return `makes claims of pod ${ordinal}, which is not Pending`;
      if (!isInRange(view.setting, ordinal)) return `makes claims of pod ${ordinal} out of range`;
      if (own[0]?.kind !== 'ensure-claims') return `${own[0]?.kind} of pod ${ordinal} before its claims`;
    }
    return true;
  },
};

/** S4: owner references follow the retention table (1.5) wherever they are written, and before a pod is deleted. */
export const retentionTable: Invariant = {
  id: 'S4',
  name: 'retention-table',
  check(view) {
    const { setting } = view;
    if (!setting.claims || view.pass.steps.length === 0) return null;
    let checked = false;
    let broken: string | null = null;
    const judge = (step: Step, claim: ClaimState | null, when: string) => {
      if (claim === null || isStale(claim)) return;
      checked = true;
      if (!followsTable(setting, step.ordinal, claim))
        broken ??= `claim ${step.ordinal} owned by [${claim.refs}] ${when} ${step.kind}`;
    };
    execute(view.world, view.pass, {
      before(step, { pod, claim }) {
        if (
          step.kind === 'delete' &&
          pod !== null &&
          (step.why === 'condemned' || (step.why === 'update' && !isFinished(pod)))
        )
          judge(step, claim, 'before');
      },
      after(step, { claim }) {
        if (step.kind !== 'delete') judge(step, claim, 'after');
      },
    });
    return broken ?? (checked ? true : null);
  },
};

/** S5: a claim with a stale owner is left as it is, and other owners stay on every claim. */
export const foreignOwners: Invariant = {
  id: 'S5',
  name: 'foreign-owners',
  check({ world, pass, setting }) {
    if (!setting.claims || pass.steps.length === 0) return null;
    let checked = false;
    let broken: string | null = null;
    const before = new Map(world.slots.map(({ claim }, ordinal) => [ordinal, claim]));
    execute(world, pass, {
      after({ kind, ordinal }, { claim }) {
        const was = before.get(ordinal) ?? null;
        if (kind === 'delete' || was === null) return;
        if (was.refs.some((ref) => !isOwn(ref))) checked = true;
        if (claim === null || others(was) !== others(claim))
          broken ??= `${kind} changes owners [${was.refs}] to [${claim?.refs}]`;
        else if (isStale(was) && claim !== was) broken ??= `${kind} touches stale claim ${ordinal}`;
      },
    });
    return broken ?? (checked ? true : null);
  },
};

const isOwn = (ref: ClaimRef): boolean => ref === 'set' || ref === 'pod' || ref === 'set-loose' || ref === 'pod-loose';
const others = ({ refs }: ClaimState): string =>
  refs
    .filter((ref) => !isOwn(ref))
    .sort()
    .join();

/** A reference names the set or the pod, with the uid of an earlier life. */
export const isStale = ({ refs }: ClaimState): boolean => refs.includes('old-set') || refs.includes('old-pod');

/** Whether the claim's own references are those of the table; `true` too where another controller keeps us out. */
export function followsTable(setting: Setting, ordinal: number, { refs }: ClaimState): boolean {
  const own = refs.filter(isOwn);
  const { whenScaled, whenDeleted } = setting;
  const keepsAll = whenScaled === 'Retain' && whenDeleted === 'Retain';
  if (!keepsAll && refs.includes('foreign')) return own.length === 0;
  const toPod = !isInRange(setting, ordinal) && whenScaled === 'Delete';
  const toSet = !toPod && whenDeleted === 'Delete';
  return own.join() === (toPod ? 'pod' : toSet ? 'set' : '');
}

/** L6: owners are fixed, and pods repaired, only where something differs. */
export const noNeedlessRepair: Invariant = {
  id: 'L6',
  name: 'no-needless-repair',
  check(view: View) {
    const fixes = view.pass.steps.filter((step) => step.kind === 'fix-claim-owners' || step.kind === 'repair');
    if (fixes.length === 0) return null;
    for (const { kind, ordinal } of fixes) {
      const { pod, claim } = view.world.slots[ordinal]!;
      const inRange = isInRange(view.setting, ordinal);
      if (inRange !== (kind === 'repair')) return `${kind} of pod ${ordinal}`;
      const differs = claim !== null && !isStale(claim) && !followsTable(view.setting, ordinal, claim);
      if (!differs && !(kind === 'repair' && pod?.drifted))
        return `${kind} of pod ${ordinal}, which is as it should be`;
    }
    return true;
  },
};
