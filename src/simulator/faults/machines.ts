import type { FaultDefinition } from './fault.ts';

export const machineCrash: FaultDefinition = {
  name: 'machine-crash',
  title: 'a machine loses its power and comes back later: soon, or after its pods were given up',
  weight: 4,
  draw: (random, world) => {
    const on = [...world.machines.values()].filter((machine) => machine.on);
    // Two thirds of the machines stay: otherwise nothing is left to test.
    if (on.length <= 3) return null;
    const forMs = random.weighted([
      [random.int(1_000, 40_000), 2],
      [random.int(60_000, 700_000), 1],
    ]);
    return { name: random.pick(on).name, forMs };
  },
  inject(world, { name, forMs }) {
    const machine = world.machines.get(name as string);
    if (machine === undefined) return;
    machine.crash();
    world.clock.setTimer(forMs as number, () => machine.boot());
  },
};

export const zombie: FaultDefinition = {
  name: 'zombie',
  title: 'a machine is cut off until its pods are given up, and comes back with them still running',
  weight: 2,
  draw: (random, world) => {
    const reached = [...world.machines.values()].filter((machine) => machine.on && machine.link.cut === 'none');
    if (reached.length <= 3) return null;
    return { name: random.pick(reached).name, forMs: random.int(360_000, 700_000) };
  },
  inject(world, { name, forMs }) {
    const machine = world.machines.get(name as string);
    if (machine === undefined || machine.link.cut !== 'none') return;
    machine.link.cut = 'both';
    world.clock.setTimer(forMs as number, () => {
      machine.link.cut = 'none';
    });
  },
};

export const containerKill: FaultDefinition = {
  name: 'container-kill',
  title: 'a container is killed by its machine',
  weight: 1,
  draw: (random, world) => ({ name: random.pick([...world.machines.keys()]), turn: random.int(0, 99) }),
  inject: (world, { name, turn }) => world.machines.get(name as string)?.killContainer(turn as number),
};

export const slowAgent: FaultDefinition = {
  name: 'slow-agent',
  title: 'a node agent hears and says everything seconds late',
  weight: 3,
  draw: (random, world) => ({ name: random.pick([...world.machines.keys()]), forMs: random.int(20_000, 200_000) }),
  inject(world, { name, forMs }) {
    const slow = { requestMs: [500, 4_000], replyMs: [100, 2_000], eventMs: [500, 6_000] } as const;
    const end = world.machines.get(name as string)?.link.trouble(slow);
    if (end !== undefined) world.clock.setTimer(forMs as number, end);
  },
};
