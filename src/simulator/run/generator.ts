import { FAULTS } from '../faults/index.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';
import type { Step } from './outcome.ts';

/** Share of faults among the steps. */
const FAULTS_OF_STEPS = 0.66;
/** Nothing new is broken in the last part of the phase. */
const ACTIVE = 0.9;
const DRAWS = 8;
const WEIGHTED_FAULTS = FAULTS.map((one) => [one, one.weight] as const);
const WEIGHTED_OPERATIONS = OPERATIONS.map((one) => [one, one.weight] as const);

type Drawn = Step extends infer S ? (S extends Step ? Omit<S, 'atMs'> : never) : never;

/** Draws what users and faults do next, from one source of chance that nothing else uses. */
export class Generator {
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #lengthMs: number;
  readonly #count: number;

  constructor(random: SeededRandom, world: World, lengthMs: number, count: number) {
    this.#random = random;
    this.#world = world;
    this.#lengthMs = lengthMs;
    this.#count = count;
  }

  /** Hands out steps at moments spread over the phase; bursts come by themselves. */
  run(perform: (step: Drawn) => void): void {
    const { clock } = this.#world;
    const endsMs = clock.monotonic() + this.#lengthMs * ACTIVE;
    let left = this.#count;
    const next = (): void => {
      if (left === 0) return;
      // Chance may be slow: what is left shares the time that is left, so that all of it comes.
      const leftMs = Math.max(0, endsMs - clock.monotonic());
      const meanMs = leftMs / left--;
      const waitMs = Math.min(-Math.log(1 - this.#random.float()) * meanMs, meanMs * 4, leftMs);
      clock.setTimer(waitMs, () => {
        const step = this.#draw();
        if (step !== null) perform(step);
        next();
      });
    };
    next();
  }

  #draw(): Drawn | null {
    for (let i = 0; i < DRAWS; i++) {
      if (FAULTS.length > 0 && (OPERATIONS.length === 0 || this.#random.chance(FAULTS_OF_STEPS))) {
        const fault = this.#random.weighted(WEIGHTED_FAULTS);
        const parameters = fault.draw(this.#random, this.#world);
        if (parameters !== null) return { kind: 'fault', fault: fault.name, parameters };
      } else if (OPERATIONS.length > 0) {
        const operation = this.#random.weighted(WEIGHTED_OPERATIONS);
        const parameters = operation.draw(this.#random, this.#world);
        if (parameters !== null) return { kind: 'operation', operation: operation.name, parameters };
      }
    }
    return null;
  }
}
