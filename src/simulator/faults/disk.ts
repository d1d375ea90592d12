import { SOUND_DISK } from '../disk/simulated-disk.ts';
import type { FaultDefinition } from './fault.ts';

export const slowDisk: FaultDefinition = {
  name: 'slow-disk',
  title: 'syncs take long, some stall',
  weight: 2,
  draw: (random) => ({
    stallChance: random.pick([0.05, 0.3]),
    stallMs: random.pick([50, 2_000]),
    forMs: random.int(5_000, 60_000),
  }),
  inject(world, { stallChance, stallMs, forMs }) {
    const { faults } = world.disk;
    faults.stallChance = stallChance as number;
    faults.stallMs = stallMs as number;
    world.clock.setTimer(forMs as number, () => {
      faults.stallChance = SOUND_DISK.stallChance;
    });
  },
};

export const failingSync: FaultDefinition = {
  name: 'failing-sync',
  title: 'a sync fails with EIO: the store refuses writes until its process starts again',
  weight: 2,
  draw: (random) => ({ syncErrorChance: random.pick([0.02, 0.3]), forMs: random.int(1_000, 7_000) }),
  inject(world, { syncErrorChance, forMs }) {
    const { faults } = world.disk;
    faults.syncErrorChance = syncErrorChance as number;
    world.clock.setTimer(forMs as number, () => {
      faults.syncErrorChance = 0;
    });
  },
};

export const fullDisk: FaultDefinition = {
  name: 'full-disk',
  title: 'the disk has no room for some time',
  weight: 1,
  draw: (random) => ({ forMs: random.int(1_000, 7_000) }),
  inject(world, { forMs }) {
    const { faults } = world.disk;
    faults.capacityBytes = world.disk.sizeBytes;
    world.clock.setTimer(forMs as number, () => {
      faults.capacityBytes = SOUND_DISK.capacityBytes;
    });
  },
};
