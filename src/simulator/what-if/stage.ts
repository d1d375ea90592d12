import type { World, WorldNode } from '../world/world.ts';
import type { Conduct } from './conduct.ts';

/** What a scenario is played on: the machines, and what is there before it begins. */
export interface Stage {
  readonly nodes: readonly WorldNode[];
  /** Provisioner names of others whose classes have to work. */
  readonly provisionerAliases: readonly string[];
  /** Milliseconds since the epoch at which time begins; default: that of every simulation. */
  readonly startMs?: number;
  /** What was left out or stood in for, for the reader of the report. */
  readonly notes: readonly string[];
  /** Makes what is there before any program starts. */
  prepare(world: World, conduct: Conduct): Promise<void>;
  /** Null: all is there already, and time counts from where it has settled. Otherwise the first step of the report. */
  readonly bringUp: ((world: World) => Promise<void>) | null;
}
