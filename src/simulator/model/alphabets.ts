import {
  type ClaimState,
  claimState,
  type Phase,
  type PodState,
  podState,
  type Readiness,
  type Revision,
  type Slot,
  slot,
} from './world.ts';

export const ABSENT = slot(null, null);
const BOTH = [false, true];
const ALL_PHASES: readonly Phase[] = ['Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'];

const slotsOf = (pods: readonly PodState[]): readonly Slot[] => [ABSENT, ...pods.map((pod) => slot(pod, null))];

/** Every phase, Ready or not, old or updated, staying or going. */
export const PHASES = slotsOf(
  ALL_PHASES.flatMap((phase) =>
    (['no', 'yes'] as const).flatMap((ready) =>
      (['A', 'B'] as const).flatMap((revision) =>
        BOTH.map((terminating) => podState({ phase, ready, revision, terminating })),
      ),
    ),
  ),
);

const CONDITIONS: readonly (readonly [Phase, Readiness])[] = [
  ['Pending', 'no'],
  ['Running', 'no'],
  ['Running', 'recent'],
  ['Running', 'yes'],
  ['Unknown', 'yes'],
  ['Failed', 'no'],
];

/** Three degrees of readiness. */
export const AVAILABILITY = slotsOf(
  CONDITIONS.flatMap(([phase, ready]) =>
    (['A', 'B'] as const).flatMap((revision) =>
      BOTH.map((terminating) => podState({ phase, ready, revision, terminating })),
    ),
  ),
);

/** Three revisions. */
export const REVISIONS = slotsOf([
  ...(['A', 'B', 'X'] as const).flatMap((revision: Revision) => [
    podState({ revision }),
    podState({ revision, phase: 'Running', ready: 'no' }),
  ]),
  podState({ revision: 'A', terminating: true }),
  podState({ revision: 'B', terminating: true }),
  podState({ revision: 'A', phase: 'Failed', ready: 'no' }),
]);

/** Members that never were Ready, and such as were. */
export const STUCK: readonly Slot[] = [
  ...REVISIONS,
  ...slotsOf([
    podState({ ready: 'lost' }),
    podState({ ready: 'lost', revision: 'B' }),
    podState({ phase: 'Pending', ready: 'no' }),
    podState({ ready: 'no', terminating: true }),
  ]).slice(1),
];

/** The least a rollout can tell apart, for longer sets. */
export const ROLLOUT = slotsOf([
  podState({ revision: 'A' }),
  podState({ revision: 'A', ready: 'no' }),
  podState({ revision: 'B' }),
  podState({ revision: 'B', ready: 'no' }),
  podState({ revision: 'A', terminating: true }),
]);

/** Whose the pod is, and whether it looks like a member. */
export const OWNERS = slotsOf([
  ...(['set', 'other', 'nobody'] as const).flatMap((owner) =>
    BOTH.flatMap((selected) => BOTH.map((terminating) => podState({ owner, selected, terminating }))),
  ),
  podState({ owner: 'other', phase: 'Failed', ready: 'no' }),
  podState({ owner: 'nobody', phase: 'Failed', ready: 'no' }),
  podState({ drifted: true }),
  podState({ drifted: true, ready: 'no' }),
  podState({ drifted: true, owner: 'nobody' }),
]);

const CLAIMS: readonly (ClaimState | null)[] = [
  null,
  claimState([]),
  claimState(['set']),
  claimState(['set-loose']),
  claimState(['pod']),
  claimState(['pod-loose']),
  claimState(['old-pod']),
  claimState(['old-set']),
  claimState(['old-set', 'pod']),
  claimState(['old-pod', 'set-loose']),
  claimState(['foreign']),
  claimState(['foreign', 'set-loose']),
  claimState(['foreign-loose', 'set']),
  claimState(['foreign-loose', 'pod']),
  claimState([], true),
  claimState(['old-pod'], true),
];

/** A pod's reference goes with the pod: without one it is of an earlier life. */
const fits = (pod: PodState | null, claim: ClaimState | null): boolean =>
  pod !== null || claim === null || !claim.refs.some((ref) => ref === 'pod' || ref === 'pod-loose');

const withClaims = (pods: readonly (PodState | null)[], claims: readonly (ClaimState | null)[]): readonly Slot[] =>
  pods.flatMap((pod) => claims.filter((claim) => fits(pod, claim)).map((claim) => slot(pod, claim)));

/** Every owner a claim may have. */
export const CLAIM_OWNERS = withClaims(
  [
    null,
    podState({}),
    podState({ phase: 'Pending', ready: 'no' }),
    podState({ phase: 'Failed', ready: 'no' }),
    podState({ ready: 'no', revision: 'B' }),
    podState({ terminating: true }),
  ],
  CLAIMS,
);

/** The usual life of claims, for longer sets. */
export const CLAIM_LIVES = withClaims(
  [null, podState({}), podState({ phase: 'Pending', ready: 'no', revision: 'B' }), podState({ terminating: true })],
  [null, claimState([]), claimState(['set']), claimState(['pod']), claimState(['old-pod']), claimState([], true)],
);

/** All that a member goes through on its way, for walks: two revisions and one that is neither. */
export const LIVES = slotsOf(
  (
    [
      ['Pending', 'no'],
      ['Running', 'no'],
      ['Running', 'yes'],
      ['Failed', 'no'],
    ] as const
  ).flatMap(([phase, ready]) =>
    (['A', 'B', 'X'] as const).flatMap((revision) =>
      BOTH.map((terminating) => podState({ phase, ready, revision, terminating })),
    ),
  ),
);
