import type { Misfortune } from '../network/link.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';
import type { FaultDefinition } from './fault.ts';

// One request or one event that meets with a misfortune. What a bad link does to many this does to one: it says exactly which, so
// that a failing run shrinks to the very request it depends on.

type Weighted = readonly (readonly [string, number])[];

/** What each program writes, by how much depends on it. */
const WRITES: Readonly<Record<'manager' | 'scheduler' | 'node', Weighted>> = {
  manager: [
    ['pods', 6],
    ['persistentvolumeclaims', 4],
    ['persistentvolumes', 3],
    ['statefulsets', 3],
    ['controllerrevisions', 3],
    ['volumeattachments', 3],
    ['endpointslices', 1],
    ['nodes', 1],
    ['leases', 1],
    ['poddisruptionbudgets', 1],
    ['volumesnapshotcontents', 1],
  ],
  scheduler: [['pods', 1]],
  node: [
    ['pods', 6],
    ['nodes', 2],
    ['persistentvolumeclaims', 1],
    ['leases', 1],
  ],
};

const WATCHES: Readonly<Record<keyof typeof WRITES, Weighted>> = {
  manager: [
    ['pods', 4],
    ['persistentvolumeclaims', 2],
    ['persistentvolumes', 2],
    ['statefulsets', 3],
    ['controllerrevisions', 1],
    ['volumeattachments', 1],
    ['nodes', 1],
  ],
  scheduler: [
    ['pods', 3],
    ['nodes', 1],
    ['persistentvolumes', 1],
    ['persistentvolumeclaims', 1],
  ],
  node: [
    ['pods', 3],
    ['persistentvolumeclaims', 1],
    ['nodes', 1],
  ],
};

/** A program that is at work now, and a resource it deals with. */
function drawPlace(random: SeededRandom, world: World, resources: typeof WRITES): { link: string; resource: string } {
  const role = random.weighted<keyof typeof WRITES>([
    ['manager', 5],
    ['node', 4],
    ['scheduler', 1],
  ]);
  const leader = world.managers.find(({ leads }) => leads) ?? world.managers[0]!;
  const link =
    role === 'manager'
      ? leader.name
      : role === 'scheduler'
        ? world.scheduler.name
        : random.pick([...world.machines.keys()]);
  return { link, resource: random.weighted(resources[role]) };
}

function single(
  name: string,
  title: string,
  weight: number,
  resources: typeof WRITES,
  choices: readonly (readonly Misfortune[])[],
): FaultDefinition {
  return {
    name,
    title,
    weight,
    draw: (random, world) => ({ ...drawPlace(random, world, resources), strikes: random.pick(choices) }),
    inject(world, { link, resource, strikes }) {
      for (const strike of strikes as readonly Misfortune[])
        world.links.get(link as string)?.strike(strike, resource as string);
    },
  };
}

const lateWrite: FaultDefinition = {
  name: 'one-late-write',
  title: 'one write arrives seconds after those that were sent later',
  weight: 4,
  draw: (random, world) => ({ ...drawPlace(random, world, WRITES), delayMs: random.pick([100, 1_000, 8_000]) }),
  inject: (world, { link, resource, delayMs }) =>
    world.links.get(link as string)?.delay(resource as string, delayMs as number),
};

export const REQUEST_FAULTS: readonly FaultDefinition[] = [
  single('one-lost-write', 'one write never arrives', 3, WRITES, [['loseRequest']]),
  single('one-lost-reply', 'one write is carried out and its answer is lost', 6, WRITES, [['loseReply']]),
  single('one-duplicate-write', 'one write arrives twice', 4, WRITES, [['duplicateRequest']]),
  single('one-refusal', 'one write is answered with 429, 500, 503 or 504', 4, WRITES, [['refuse']]),
  single('one-conflict', 'one update is refused with 409', 4, WRITES, [['conflict']]),
  single('one-broken-watch', 'one watch breaks: it goes on, begins a little earlier, or its past is gone', 3, WATCHES, [
    ['breakWatch'],
    ['breakWatch', 'repeatEvents'],
    ['breakWatch', 'expireWatch'],
    ['breakWatch', 'expireWatch', 'staleList'],
  ]),
  lateWrite,
];
