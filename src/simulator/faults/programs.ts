import type { FaultDefinition } from './fault.ts';

export const killProgram: FaultDefinition = {
  name: 'kill-program',
  title: 'a controller manager, the scheduler, DNS, an agent or the API server is killed',
  weight: 8,
  draw: (random, world) => ({
    name: random.pick([...world.supervisor.services.keys()]),
    forMs: random.weighted([
      [0, 3],
      [random.int(1_000, 60_000), 1],
    ]),
  }),
  inject: (world, { name, forMs }) => world.supervisor.holdDown(name as string, forMs as number),
};

export const crashAfterWrite: FaultDefinition = {
  name: 'crash-after-write',
  title: 'the leading controller manager dies after one of its next writes',
  weight: 8,
  draw: (random) => ({ writes: random.int(1, 12) }),
  inject(world, { writes }) {
    world.managers.find((manager) => manager.leads)?.crashAfterWrites(writes as number);
  },
};

export const twoLeaders: FaultDefinition = {
  name: 'two-leaders',
  title: 'the leader cannot renew its lease but goes on hearing and writing until it notices; another takes over',
  weight: 2,
  draw: (random) => ({ forMs: random.int(20_000, 60_000) }),
  inject(world, { forMs }) {
    const leader = world.managers.find((manager) => manager.leads);
    if (leader === undefined || leader.link.cut !== 'none') return;
    // Its requests arrive, answers and events do not: it acts on old knowledge.
    leader.link.cut = 'from-server';
    world.clock.setTimer(forMs as number, () => {
      leader.link.cut = 'none';
    });
  },
};

export const losePower: FaultDefinition = {
  name: 'server-power-loss',
  title: 'the API server’s machine loses its power: unsynced writes are lost or torn',
  weight: 2,
  draw: () => ({}),
  inject: (world) => world.server.losePower(),
};

export const clockJump: FaultDefinition = {
  name: 'clock-jump',
  title: 'the wall clock of a machine or controller manager jumps, and later jumps back',
  weight: 2,
  draw(random, world) {
    const manager = random.chance(0.5);
    const names = manager ? world.managers.map(({ name }) => name) : [...world.machines.keys()];
    // What a machine writes with a clock that is an hour ahead stays in the objects for that hour.
    const skews = manager ? [-3_600_000, -30_000, 30_000, 3_600_000] : [-3_600_000, -30_000, 30_000];
    return { name: random.pick(names), skewMs: random.pick(skews), forMs: random.int(60_000, 300_000) };
  },
  inject(world, { name, skewMs, forMs }) {
    const one = world.machines.get(name as string) ?? world.managers.find((manager) => manager.name === name);
    if (one === undefined) return;
    one.skewMs = skewMs as number;
    world.clock.setTimer(forMs as number, () => {
      one.skewMs = 0;
    });
  },
};
