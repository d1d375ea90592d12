import { CLAIM_LIVES, LIVES, REVISIONS, ROLLOUT } from './alphabets.ts';
import { eachWorld, type Family, settings } from './families.ts';
import { MIN_READY_SECONDS } from './objects.ts';
import { allowedUnavailable, isUnavailable } from './view.ts';
import {
  type ClaimRef,
  claimState,
  podState,
  type Revision,
  type Setting,
  type Slot,
  slot,
  type World,
} from './world.ts';

/** Where walks begin: in any world of the family, or where all is well. */
export interface Start {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly initial: (setting: Setting) => readonly World[];
  /** What must hold in every world reached. */
  readonly always?: (world: World) => string | null;
  /** Pods of these revisions never become ready. */
  readonly neverReady?: readonly Revision[];
  /** It is enough that the set comes to rest. */
  readonly mayBeStuck?: boolean;
}

const policy = ['OrderedReady', 'Parallel'] as const;
const CHOICES = ['Retain', 'Delete'] as const;

/** Every combination of slots. */
export function anyWorld(alphabet: readonly Slot[], ordinals: number): (setting: Setting) => readonly World[] {
  return (setting) => {
    const worlds: World[] = [];
    const family: Family = { name: '', settings: [], alphabet, ordinals, current: ['A'] };
    eachWorld(family, setting, 1, (world) => {
      worlds.push(world);
      return true;
    });
    return worlds;
  };
}

/** All members of a set of `ordinals` members, healthy and of the old revision; their claims owned as the policy says. */
function healthy(ordinals: number, owners?: readonly ClaimRef[]): (setting: Setting) => readonly World[] {
  return (setting) => {
    const refs = owners ?? (setting.whenDeleted === 'Delete' ? ['set'] : []);
    const slots = Array.from({ length: ordinals }, () => slot(podState(), setting.claims ? claimState(refs) : null));
    const statusCurrentReplicas = setting.partition === null ? ordinals : 0;
    return [{ setting, slots, current: 'A', statusCurrentReplicas }];
  };
}

/** S9 along the way: with all healthy at first, no more are ever down than maxUnavailable allows. */
function withinBudget(world: World): string | null {
  const { setting, slots } = world;
  const allowed = setting.gate ? allowedUnavailable(setting) : 1;
  const down = slots.filter(({ pod }) => isUnavailable(setting, pod)).length;
  return down <= allowed ? null : `${down} members are down, ${allowed} may be`;
}

/** S4 along the way: data that was there stays, unless the policy gives it away. */
function keepsClaims({ setting, slots }: World): string | null {
  const lost = slots.findIndex(
    ({ claim }, ordinal) => claim === null && (setting.whenScaled === 'Retain' || ordinal < setting.replicas),
  );
  return lost < 0 ? null : `the claim of pod ${lost} is lost`;
}

/** The walks of the model; together more than 100,000 states. */
export const STARTS: readonly Start[] = [
  {
    name: 'from any three members',
    settings: [
      ...settings({ policy, partition: [0, 1] }, [[0, 3]]),
      ...settings({ policy }, [
        [0, 2],
        [1, 1],
      ]),
      ...settings({ policy: ['Parallel'], gate: [true], maxUnavailable: [2] }, [[0, 3]]),
    ],
    initial: anyWorld(LIVES, 3),
  },
  {
    name: 'from any three members, by other strategies',
    settings: [
      ...settings({ policy, partition: [null], strategy: ['RollingUpdate', 'OnDelete'] }, [
        [0, 3],
        [0, 2],
      ]),
      ...settings({ policy, minReadySeconds: [MIN_READY_SECONDS], gate: [false, true] }, [[0, 3]]),
      ...settings({ policy }, [
        [1, 2],
        [2, 1],
        [0, 0],
      ]),
    ],
    initial: anyWorld(ROLLOUT, 3),
  },
  {
    name: 'from any two members with claims',
    settings: settings({ policy, claims: [true], whenScaled: CHOICES, whenDeleted: CHOICES, partition: [0, null] }, [
      [0, 2],
      [0, 1],
      [1, 1],
    ]),
    initial: anyWorld(CLAIM_LIVES, 2),
  },
  {
    name: 'rollouts of healthy sets',
    settings: [
      ...settings({ policy, partition: [null, 0, 2], minReadySeconds: [0, MIN_READY_SECONDS] }, [[0, 4]]),
      ...settings({ policy, gate: [true], partition: [0, 1], maxUnavailable: [1, 2, 3, '50%'] }, [[0, 4]]),
    ],
    initial: healthy(4),
    always: withinBudget,
  },
  {
    name: 'rollouts to a template that never gets ready',
    settings: [
      ...settings({ policy, partition: [null, 0, 2] }, [[0, 4]]),
      ...settings({ policy, gate: [true], partition: [0, 1], maxUnavailable: [1, 2, '50%'] }, [[0, 4]]),
    ],
    initial: healthy(4),
    always: withinBudget,
    neverReady: ['B'],
    mayBeStuck: true,
  },
  {
    name: 'from any three members, one template bad',
    settings: settings({ policy, gate: [false, true] }, [
      [0, 3],
      [0, 2],
    ]),
    initial: anyWorld(REVISIONS, 3),
    neverReady: ['B'],
    mayBeStuck: true,
  },
  {
    name: 'a good template after bad ones (opt-in stuck-rollout)',
    settings: [
      ...settings({ policy, replaceNeverReady: [true] }, [[0, 3]]),
      ...settings({ policy, replaceNeverReady: [true], gate: [true], maxUnavailable: [1, 2] }, [[0, 3]]),
    ],
    initial: anyWorld(REVISIONS, 3),
    neverReady: ['A', 'X'],
  },
  {
    name: 'from any members (opt-ins for ordinals and counting)',
    settings: [
      ...settings({ policy, reserved: [[0], [1], [0, 2]] }, [[0, 2]]),
      ...settings({ policy, correctedCounting: [true], maxUnavailable: [2] }, [[0, 4]]),
    ],
    initial: anyWorld(ROLLOUT, 4),
  },
  {
    name: 'scaling with claims',
    settings: settings({ policy, claims: [true], whenScaled: CHOICES, whenDeleted: CHOICES }, [
      [0, 3],
      [0, 1],
      [0, 0],
    ]),
    initial: healthy(3),
    always: keepsClaims,
  },
  {
    name: 'scaling after the policy became Retain',
    settings: settings({ policy, claims: [true], whenDeleted: CHOICES }, [
      [0, 3],
      [0, 1],
      [0, 0],
    ]),
    initial: healthy(3, ['pod']),
    always: keepsClaims,
  },
];
