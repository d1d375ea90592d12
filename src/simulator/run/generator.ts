import { GREAT_FAULTS, SINGLE_FAULTS } from '../faults/index.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';
import type { Step } from './outcome.ts';

/** Steps of each sort, percent: many small faults meet with more than a few great ones do, and cost less. */
const SORTS = [
  ['single fault', 84],
  ['great fault', 8],
  ['operation', 8],
] as const;
/** Nothing new is broken in the last part of the phase. */
const ACTIVE = 0.9;
const DRAWS = 8;
const weighted = <T extends { readonly weight: number }>(all: readonly T[]): readonly (readonly [T, number])[] =>
  all.map((one) => [one, one.weight]);
const GREAT = weighted(GREAT_FAULTS);
const SINGLE = weighted(SINGLE_FAULTS);
const WEIGHTED_OPERATIONS = weighted(OPERATIONS);

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
      const sort = this.#random.weighted(SORTS);
      if (sort !== 'operation') {
        const fault = this.#random.weighted(sort === 'great fault' ? GREAT : SINGLE);
        const parameters = fault.draw(this.#random, this.#world);
        if (parameters !== null) return { kind: 'fault', fault: fault.name, parameters };
      } else {
        const operation = this.#random.weighted(WEIGHTED_OPERATIONS);
        const parameters = operation.draw(this.#random, this.#world);
        if (parameters !== null) return { kind: 'operation', operation: operation.name, parameters };
      }
    }
    return null;
  }
}
