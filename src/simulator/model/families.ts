import { AVAILABILITY, CLAIM_LIVES, CLAIM_OWNERS, OWNERS, PHASES, REVISIONS, ROLLOUT, STUCK } from './alphabets.ts';
import { MIN_READY_SECONDS } from './objects.ts';
import { DEFAULT_SETTING, type Revision, type Setting, type Slot, type World } from './world.ts';

/** Worlds that are looked at together: every setting with every combination of slots. */
export interface Family {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly alphabet: readonly Slot[];
  readonly ordinals: number;
  /** Values of status.currentRevision; `B` stands for a set without a rollout under way. */
  readonly current: readonly Revision[];
}

type Choices = { readonly [K in keyof Setting]?: readonly Setting[K][] };

/** Every combination of the choices; what has none keeps its default. */
export function settings(choices: Choices, ranges: readonly (readonly [start: number, replicas: number])[]): Setting[] {
  let all: Setting[] = ranges.map(([start, replicas]) => ({ ...DEFAULT_SETTING, start, replicas }));
  for (const [key, values] of Object.entries(choices)) {
    all = all.flatMap((setting) => values.map((value) => ({ ...setting, [key]: value }) as Setting));
  }
  return all;
}

const POLICIES = ['OrderedReady', 'Parallel'] as const;
const CHOICES = ['Retain', 'Delete'] as const;
const policy = POLICIES;

/** All of three ordinals in range, the upper, lower or both ends condemned, and none in range. */
const RANGES = [
  [0, 3],
  [0, 2],
  [1, 2],
  [0, 1],
  [1, 1],
  [2, 1],
  [0, 0],
] as const;

const SHORT_RANGES = [
  [0, 3],
  [0, 2],
  [1, 1],
  [0, 0],
] as const;

export const FAMILIES: readonly Family[] = [
  {
    name: 'phases',
    settings: settings({ policy }, [[0, 2]]),
    alphabet: PHASES,
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'availability',
    settings: settings({ policy, minReadySeconds: [MIN_READY_SECONDS] }, SHORT_RANGES),
    alphabet: AVAILABILITY,
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'strategies',
    settings: [
      ...settings({ policy, partition: [0, 1, 2, 3] }, RANGES),
      ...settings({ policy, gate: [true], partition: [0, 1], maxUnavailable: [null, 2, '34%', '67%'] }, SHORT_RANGES),
      ...settings({ policy, gate: [false, true], partition: [null] }, SHORT_RANGES),
    ],
    alphabet: REVISIONS,
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'no rollout, or one taken back',
    settings: [
      ...settings({ policy, strategy: ['OnDelete'], partition: [null] }, [[0, 2]]),
      ...settings({ policy, partition: [null, 1] }, SHORT_RANGES),
    ],
    alphabet: REVISIONS,
    ordinals: 3,
    current: ['A', 'B'],
  },
  {
    name: 'longer sets',
    settings: [
      ...settings({ policy, gate: [true], partition: [0, 2], maxUnavailable: [1, 2, 4, '49%', '50%'] }, [
        [0, 4],
        [1, 3],
      ]),
      ...settings({ policy, partition: [0, 1, 3] }, [
        [0, 4],
        [0, 2],
        [2, 1],
      ]),
    ],
    alphabet: ROLLOUT,
    ordinals: 4,
    current: ['A'],
  },
  {
    name: 'owners',
    settings: settings({ policy, deleting: [false, true] }, [
      [0, 3],
      [0, 2],
      [1, 1],
    ]),
    alphabet: OWNERS,
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'claims',
    settings: [
      ...settings({ policy, claims: [true], whenScaled: CHOICES, whenDeleted: CHOICES }, [
        [0, 2],
        [1, 1],
      ]),
      ...settings({ policy: ['Parallel'], claims: [true], whenScaled: CHOICES, partition: [null] }, [[0, 2]]),
    ],
    alphabet: CLAIM_OWNERS,
    ordinals: 2,
    current: ['A'],
  },
  {
    name: 'opt-ins: counting and stuck rollouts',
    settings: [
      ...settings({ policy, correctedCounting: [true], maxUnavailable: [null, 2], partition: [0, 1] }, [
        [0, 3],
        [0, 2],
      ]),
      ...settings({ policy, replaceNeverReady: [true], gate: [false, true], partition: [0, 1] }, [
        [0, 3],
        [0, 2],
      ]),
      ...settings({ policy, replaceNeverReady: [true], strategy: ['OnDelete'], partition: [null] }, [[0, 3]]),
    ],
    alphabet: STUCK,
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'opt-ins: reserved ordinals',
    settings: settings({ policy, reserved: [[0], [1], [1, 2]], partition: [0, 1] }, [
      [0, 2],
      [1, 1],
      [2, 1],
    ]),
    alphabet: ROLLOUT,
    ordinals: 4,
    current: ['A'],
  },
  {
    name: 'opt-ins: reserved ordinals with claims',
    settings: settings({ policy, reserved: [[1]], claims: [true], whenScaled: CHOICES, whenDeleted: CHOICES }, [
      [0, 1],
      [0, 2],
    ]),
    alphabet: CLAIM_LIVES.filter(({ pod }) => pod?.phase !== 'Pending'),
    ordinals: 3,
    current: ['A'],
  },
  {
    name: 'claims of three',
    settings: settings({ policy, claims: [true], whenScaled: CHOICES, whenDeleted: CHOICES }, [[0, 2]]),
    alphabet: CLAIM_LIVES,
    ordinals: 3,
    current: ['A'],
  },
];

/** Calls `visit` with each world of a setting; false ends it. `stride` takes every n-th world, for a smaller sample. */
export function eachWorld(family: Family, setting: Setting, stride: number, visit: (world: World) => boolean): boolean {
  const { alphabet, ordinals } = family;
  const total = alphabet.length ** ordinals;
  // Only without a rollingUpdate block does the decision read what was written last.
  const written = setting.partition === null ? Array.from({ length: setting.replicas + 1 }, (_, count) => count) : [0];
  let at = 0;
  for (const current of family.current) {
    for (const statusCurrentReplicas of written) {
      for (; at < total; at += stride) {
        const slots: Slot[] = new Array(ordinals);
        for (let ordinal = 0, rest = at; ordinal < ordinals; ordinal++) {
          slots[ordinal] = alphabet[rest % alphabet.length]!;
          rest = Math.floor(rest / alphabet.length);
        }
        if (!visit({ setting, slots, current, statusCurrentReplicas })) return false;
      }
      at -= total;
    }
  }
  return true;
}
