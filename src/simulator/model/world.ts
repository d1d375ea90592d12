/** Small worlds: everything one pass of the StatefulSet controller can see, as plain data that can be enumerated. */

export type Phase = 'Pending' | 'Running' | 'Failed' | 'Succeeded' | 'Unknown';
/**
 * `no`: never was Ready; `lost`: was, and is no longer; `recent`: Ready, but for less than minReadySeconds; `yes`: Ready for
 * exactly minReadySeconds, which is enough.
 */
export type Readiness = 'no' | 'lost' | 'recent' | 'yes';
/** `A` is the revision before the update, `B` the update revision, `X` one that is neither. */
export type Revision = 'A' | 'B' | 'X';
/** Who the controller reference names: the set, a set of the same name in an earlier life, or nobody. */
export type PodOwner = 'set' | 'other' | 'nobody';

export interface PodState {
  /** Equal states are the same object with the same id. */
  readonly id: number;
  readonly phase: Phase;
  readonly ready: Readiness;
  readonly revision: Revision;
  readonly terminating: boolean;
  readonly owner: PodOwner;
  /** Labels match the selector. */
  readonly selected: boolean;
  /** The pod-name label is missing. */
  readonly drifted: boolean;
}

/**
 * One owner reference of a claim. `set` and `pod` are the member's own, `…-loose` without `controller: true`; `old-…` have
 * the name of the own ones and another uid; `foreign` is another controller, `foreign-loose` an owner that controls nothing.
 */
export type ClaimRef = 'set' | 'set-loose' | 'pod' | 'pod-loose' | 'old-set' | 'old-pod' | 'foreign' | 'foreign-loose';

export interface ClaimState {
  readonly id: number;
  readonly deleting: boolean;
  readonly refs: readonly ClaimRef[];
}

/** What stands at one ordinal. Equal slots are the same object. */
export interface Slot {
  readonly id: number;
  readonly pod: PodState | null;
  readonly claim: ClaimState | null;
}

export type RetentionChoice = 'Retain' | 'Delete';

/** The spec of the set, and what does not change within one exploration. */
export interface Setting {
  readonly policy: 'OrderedReady' | 'Parallel';
  readonly strategy: 'RollingUpdate' | 'OnDelete';
  /** null: there is no rollingUpdate block. */
  readonly partition: number | null;
  readonly maxUnavailable: number | string | null;
  /** Gate MaxUnavailableStatefulSet. */
  readonly gate: boolean;
  readonly start: number;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly whenScaled: RetentionChoice;
  readonly whenDeleted: RetentionChoice;
  /** One volume claim template, or none. */
  readonly claims: boolean;
  /** The set has a deletionTimestamp. */
  readonly deleting: boolean;
  /** Opt-in `max-unavailable-counting: corrected`. */
  readonly correctedCounting: boolean;
  /** Opt-in `stuck-rollout: replace-never-ready`. */
  readonly replaceNeverReady: boolean;
  /** Opt-in `reserved-ordinals`; null: none. */
  readonly reserved: readonly number[] | null;
}

export interface World {
  readonly setting: Setting;
  /** By ordinal, from 0; covers at least the range of the set. */
  readonly slots: readonly Slot[];
  /** Revision named by status.currentRevision. */
  readonly current: Revision;
  /** status.currentReplicas as last written. */
  readonly statusCurrentReplicas: number;
}

export const DEFAULT_SETTING: Setting = {
  policy: 'OrderedReady',
  strategy: 'RollingUpdate',
  partition: 0,
  maxUnavailable: null,
  gate: false,
  start: 0,
  replicas: 3,
  minReadySeconds: 0,
  whenScaled: 'Retain',
  whenDeleted: 'Retain',
  claims: false,
  deleting: false,
  correctedCounting: false,
  replaceNeverReady: false,
  reserved: null,
};

/** Equal states are one object: a few hundred of each kind exist. */
const podStates = new Map<number, PodState>();
const claimStates = new Map<string, ClaimState>();
const slots = new Map<number, Slot>();
/** More than there are claim states. */
const MOST_CLAIMS = 1000;

const FRESH: Omit<PodState, 'id'> = {
  phase: 'Running',
  ready: 'yes',
  revision: 'A',
  terminating: false,
  owner: 'set',
  selected: true,
  drifted: false,
};

const PHASES: readonly Phase[] = ['Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'];
const READINESS: readonly Readiness[] = ['no', 'lost', 'recent', 'yes'];
const REVISIONS: readonly Revision[] = ['A', 'B', 'X'];
const OWNERS: readonly PodOwner[] = ['set', 'other', 'nobody'];

/** The pod state with these properties; a healthy member at revision A where nothing else is said. */
export function podState(parts: Partial<Omit<PodState, 'id'>> = {}): PodState {
  const { phase, ready, revision, terminating, owner, selected, drifted } = { ...FRESH, ...parts };
  let key = PHASES.indexOf(phase) * 4 + READINESS.indexOf(ready);
  key = (key * 3 + REVISIONS.indexOf(revision)) * 3 + OWNERS.indexOf(owner);
  key = key * 8 + (terminating ? 4 : 0) + (selected ? 2 : 0) + (drifted ? 1 : 0);
  let state = podStates.get(key);
  if (state === undefined) {
    state = { id: podStates.size, phase, ready, revision, terminating, owner, selected, drifted };
    podStates.set(key, state);
  }
  return state;
}

export function claimState(refs: readonly ClaimRef[] = [], deleting = false): ClaimState {
  const key = `${deleting}/${refs.join('+')}`;
  let state = claimStates.get(key);
  if (state === undefined) {
    state = { id: claimStates.size, deleting, refs };
    claimStates.set(key, state);
  }
  return state;
}

export function slot(pod: PodState | null, claim: ClaimState | null): Slot {
  const at = (pod === null ? 0 : pod.id + 1) * MOST_CLAIMS + (claim === null ? 0 : claim.id + 1);
  let known = slots.get(at);
  if (known === undefined) {
    known = { id: slots.size, pod, claim };
    slots.set(at, known);
  }
  return known;
}

/** What of a setting differs from the default: `policy=Parallel replicas=2 partition=1`. */
export function describeSetting(setting: Setting): string {
  return (Object.keys(DEFAULT_SETTING) as (keyof Setting)[])
    .filter((key) => key === 'policy' || key === 'replicas' || setting[key] !== DEFAULT_SETTING[key])
    .map((key) => `${key}=${setting[key] ?? 'none'}`)
    .join(' ');
}

/** One line a person can read: `policy=OrderedReady replicas=2 … | 0: Running/ready yes/A | 1: absent`. */
export function describeWorld(world: World): string {
  const { setting, current, statusCurrentReplicas } = world;
  const members = world.slots.map(({ pod, claim }, ordinal) => {
    const where = claim === null ? 'no claim' : `claim[${claim.refs.join('+')}]${claim.deleting ? ' deleting' : ''}`;
    return `${ordinal}: ${pod === null ? 'absent' : describePod(pod)}${setting.claims ? ` ${where}` : ''}`;
  });
  const status = `current=${current} status.currentReplicas=${statusCurrentReplicas}`;
  return [`${describeSetting(setting)} ${status}`, ...members].join(' | ');
}

function describePod(pod: PodState): string {
  const marks = [
    pod.terminating ? 'terminating' : '',
    pod.owner === 'set' ? '' : `owner ${pod.owner}`,
    pod.selected ? '' : 'other labels',
    pod.drifted ? 'drifted' : '',
  ].filter((mark) => mark !== '');
  return [`${pod.phase}/ready ${pod.ready}/${pod.revision}`, ...marks].join(' ');
}

export const isReady = ({ ready }: PodState): boolean => ready === 'yes' || ready === 'recent';
