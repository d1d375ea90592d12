import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorders } from '../../client/events.ts';
import type { InformerFactory } from '../../client/informer-factory.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import type { ControllerHooks } from './controller.ts';

/** What every controller factory takes. */
export interface ControllerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorders;
  readonly gates: FeatureGates;
  readonly hooks?: ControllerHooks;
}
