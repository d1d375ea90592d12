import type { FaultDefinition } from './fault.ts';

/** Something is wrong with whatever makes volumes. */
function volumeFault(name: string, title: string, weight: number, slow: boolean): FaultDefinition {
  return {
    name,
    title,
    weight,
    draw: (random) => ({
      failChance: slow ? 0 : random.pick([0.3, 1]),
      delayMs: slow ? random.pick([500, 8_000, 60_000]) : 0,
      forMs: random.int(10_000, 180_000),
    }),
    inject(world, { failChance, delayMs, forMs }) {
      const { faults } = world.volumes;
      if (slow) faults.delayMs = delayMs as number;
      else faults.failChance = failChance as number;
      world.clock.setTimer(forMs as number, () => {
        if (slow) faults.delayMs = 0;
        else faults.failChance = 0;
      });
    },
  };
}

export const VOLUME_FAULTS: readonly FaultDefinition[] = [
  volumeFault('volume-failures', 'provisioning, deleting, attaching, detaching or growing volumes fails', 3, false),
  volumeFault('slow-volumes', 'whatever is done to volumes takes long', 3, true),
];
