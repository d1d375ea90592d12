import type { Pass, Step } from './pass.ts';
import type { ClaimState, PodState, Setting, World } from './world.ts';

/** One ordinal as the specification sees it. */
export interface Member {
  readonly ordinal: number;
  /** Place among the ordinals in range; -1: out of range. */
  readonly index: number;
  /** The pod the set claims at this ordinal, or null. */
  readonly pod: PodState | null;
  readonly claim: ClaimState | null;
}

/** A world and what a pass does in it: all that a predicate may look at. */
export interface View {
  readonly world: World;
  readonly setting: Setting;
  readonly ordered: boolean;
  readonly pass: Pass;
  /** Ordinals in range, ascending. */
  readonly members: readonly Member[];
  /** Claimed pods out of range, highest ordinal first. */
  readonly condemned: readonly Member[];
  /** All claimed pods. */
  readonly pods: readonly PodState[];
}

export function viewOf(world: World, pass: Pass): View {
  const { setting, slots } = world;
  const range = rangeOf(setting);
  const members: Member[] = [];
  const condemned: Member[] = [];
  const pods: PodState[] = [];
  for (let ordinal = 0; ordinal < slots.length; ordinal++) {
    const { pod: found, claim } = slots[ordinal]!;
    const pod = found !== null && isClaimed(setting, found) ? found : null;
    if (pod !== null) pods.push(pod);
    const member = { ordinal, index: range.indexOf(ordinal), pod, claim };
    if (member.index >= 0) members.push(member);
    else if (pod !== null) condemned.unshift(member);
  }
  return { world, setting, ordered: setting.policy === 'OrderedReady', pass, members, condemned, pods };
}

const ranges = new WeakMap<Setting, readonly number[]>();

/** The ordinals the set should have, ascending: from the start on, without the reserved ones. */
export function rangeOf(setting: Setting): readonly number[] {
  let range = ranges.get(setting);
  if (range === undefined) {
    const found: number[] = [];
    for (let ordinal = setting.start; found.length < setting.replicas; ordinal++) {
      if (setting.reserved?.includes(ordinal) !== true) found.push(ordinal);
    }
    range = found;
    ranges.set(setting, range);
  }
  return range;
}

export const isInRange = (setting: Setting, ordinal: number): boolean => rangeOf(setting).includes(ordinal);

/** In range, and from the partition on. */
export const isUpdatable = (setting: Setting, ordinal: number): boolean =>
  rangeOf(setting).indexOf(ordinal) >= (setting.partition ?? 0);

/** Statefulset.md 1.8: ours, or nobody's and adopted in this pass. */
export function isClaimed(setting: Setting, pod: PodState): boolean {
  if (!pod.selected) return false;
  return pod.owner === 'set' || isAdoptable(setting, pod);
}

export const isAdoptable = (setting: Setting, pod: PodState): boolean =>
  pod.owner === 'nobody' && pod.selected && !pod.terminating && !setting.deleting;

/** Ready for long enough; the phase does not matter. */
export const isReadyLongEnough = ({ minReadySeconds }: Setting, pod: PodState): boolean =>
  pod.ready === 'yes' || (pod.ready === 'recent' && minReadySeconds === 0);

/** Step 3: absent, terminating or not ready for long enough. */
export const isUnavailable = (setting: Setting, pod: PodState | null): boolean =>
  pod === null || pod.terminating || !isReadyLongEnough(setting, pod);

/** Running, available and staying. */
export const isHealthy = (setting: Setting, pod: PodState | null): pod is PodState =>
  !isUnavailable(setting, pod) && pod!.phase === 'Running';

export const isFinished = (pod: PodState): boolean => pod.phase === 'Failed' || pod.phase === 'Succeeded';

/** Of another revision than the update's, and not on its way out. */
export const isOld = (pod: PodState | null): boolean => pod !== null && pod.revision !== 'B' && !pod.terminating;

/** The member's claim waits for the garbage collector, and a new pod for it (1.5, last paragraph). */
export function isHeldBack(setting: Setting, { pod, claim }: Member): boolean {
  return pod === null && setting.claims && setting.whenScaled === 'Delete' && hasPodRef(claim);
}

/** Without a pod of its own the claim's reference to one is stale, whatever its uid. */
export const hasPodRef = (claim: ClaimState | null): boolean =>
  claim?.refs.some((ref) => ref === 'pod' || ref === 'pod-loose' || ref === 'old-pod') === true;

export const firstUnhealthy = ({ members, setting }: View): Member | undefined =>
  members.find(({ pod }) => !isHealthy(setting, pod));

/** Whether an ordered set has all it wants in range, so that step 6 and later are reached. */
export const reachesCondemned = (view: View): boolean => !view.ordered || firstUnhealthy(view) === undefined;

/** Whether step 9 is reached. */
export const reachesUpdate = (view: View): boolean =>
  reachesCondemned(view) && (!view.ordered || view.condemned.length === 0) && view.setting.strategy === 'RollingUpdate';

export const stepsOf = ({ pass }: View, kind: Step['kind']): readonly Step[] =>
  pass.steps.filter((step) => step.kind === kind);

export const deletesFor = ({ pass }: View, why: NonNullable<Step['why']>): readonly Step[] =>
  pass.steps.filter((step) => step.why === why);

export const hasStep = ({ pass }: View, kind: Step['kind'], ordinal: number): boolean =>
  pass.steps.some((step) => step.kind === kind && step.ordinal === ordinal);

/** maxUnavailable as a number of members: percent of replicas rounded down, at least one. */
export function allowedUnavailable({ maxUnavailable, replicas }: Setting): number {
  if (maxUnavailable === null) return 1;
  if (typeof maxUnavailable === 'number') return maxUnavailable;
  let whole = 0;
  while ((whole + 1) * 100 <= Number(maxUnavailable.slice(0, -1)) * replicas) whole++;
  return Math.max(1, whole);
}

/** Whether more than one member may be taken down at once. */
export const isBudgeted = ({ gate, correctedCounting }: Setting): boolean => gate || correctedCounting;

/** Opt-in: old, never Ready, and neither below the partition nor the user's to delete. */
export function isStuck(setting: Setting, { pod, index }: Member): boolean {
  if (!setting.replaceNeverReady || setting.strategy !== 'RollingUpdate' || index < (setting.partition ?? 0))
    return false;
  return pod !== null && isOld(pod) && pod.ready === 'no' && (pod.phase === 'Pending' || pod.phase === 'Running');
}

/** Opt-in: replacing it costs the set nothing it has. */
export const isFree = (setting: Setting, member: Member): boolean =>
  (setting.correctedCounting && member.pod !== null && isUnavailable(setting, member.pod)) || isStuck(setting, member);

/** Unavailable, and will be at the update revision when it is back. */
export function isUnderway({ setting, pass }: View, { pod, ordinal }: Member): boolean {
  if (!isUnavailable(setting, pod) || isOld(pod)) return false;
  const made = pass.steps.find((step) => step.kind === 'create' && step.ordinal === ordinal);
  return pod !== null || made === undefined || made.revision === 'B';
}
