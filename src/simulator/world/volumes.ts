import type { Clock } from '../../base/clock.ts';
import { imaginaryVolumes } from '../../cluster/volume-directories.ts';
import type { VolumeBackend } from '../../controllers/provisioner/controller.ts';
import type { SeededRandom } from '../time/seeded-random.ts';

/** What is wrong with the storage system; faults change it. */
export interface VolumeFaults {
  failChance: number;
  delayMs: number;
}

/** A storage system outside the cluster: it does what it is told, late or not at all. */
export class SimulatedVolumes {
  readonly faults: VolumeFaults = { failChance: 0, delayMs: 0 };
  /** What controllers use. */
  readonly backend: VolumeBackend;

  constructor(clock: Clock, random: SeededRandom) {
    const { faults } = this;
    this.backend = new Proxy(imaginaryVolumes, {
      get(target, property) {
        const method = Reflect.get(target, property) as ((...args: unknown[]) => unknown) | undefined;
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (faults.delayMs > 0) {
            const delayMs = random.float() * faults.delayMs;
            await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve));
          }
          if (random.chance(faults.failChance))
            throw new Error(`the storage system failed to ${String(property)} a volume`);
          return method.apply(target, args);
        };
      },
    });
  }

  heal(): void {
    this.faults.failChance = 0;
    this.faults.delayMs = 0;
  }
}
