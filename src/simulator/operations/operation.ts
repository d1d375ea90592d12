import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';

/** What a user did: enough to do it again without the generator. */
export interface OperationStep {
  readonly kind: 'operation';
  /** Virtual milliseconds since the beginning of the fault phase. */
  readonly atMs: number;
  readonly operation: string;
  /** Plain JSON; names, numbers, manifests. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One thing an impatient user does. */
export interface OperationDefinition {
  /** `scale`, `roll`, `delete-pod` … */
  readonly name: string;
  readonly title: string;
  readonly weight: number;
  /** Parameters, or null when it makes no sense now. */
  draw(random: SeededRandom, world: World): Readonly<Record<string, unknown>> | null;
  /** Does it through `world.client`. Refusals of the API (409, 404, 422 …) are an answer like any other: they are ignored. */
  perform(world: World, parameters: Readonly<Record<string, unknown>>): Promise<void>;
}
