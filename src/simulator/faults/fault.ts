import type { SeededRandom } from '../time/seeded-random.ts';
import type { World } from '../world/world.ts';

/** A fault as it was injected: enough to inject it again without the generator, so that a run can be shrunk. */
export interface FaultStep {
  readonly kind: 'fault';
  /** Virtual milliseconds since the beginning of the fault phase. */
  readonly atMs: number;
  readonly fault: string;
  /** Plain JSON; what is broken and for how long. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One kind of fault. `draw` decides from chance what to break, `inject` breaks it; nothing else draws. */
export interface FaultDefinition {
  /** `node-crash`, `watch-break` … */
  readonly name: string;
  readonly title: string;
  /** How often, relative to the others. */
  readonly weight: number;
  /** Parameters, or null when there is nothing to break now. Names only, never objects. */
  draw(random: SeededRandom, world: World): Readonly<Record<string, unknown>> | null;
  /** Breaks it, and by a timer of `world.clock` mends it again where it mends by itself. Unknown names are ignored. */
  inject(world: World, parameters: Readonly<Record<string, unknown>>): void;
}
