import type { KindRegistry } from '../../src/apiserver/registry.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Client } from '../../src/client/client.ts';
import { EventBroadcaster } from '../../src/client/events.ts';
import { InformerFactory } from '../../src/client/informer-factory.ts';
import { serverCatalog } from '../../src/cluster/catalog.ts';
import { createDisruptionController } from '../../src/controllers/disruption/controller.ts';
import { createGarbageCollector } from '../../src/controllers/garbage-collector/controller.ts';
import { createNamespaceController } from '../../src/controllers/namespace/controller.ts';
import { createPersistentVolumeController } from '../../src/controllers/persistent-volume/controller.ts';
import { createServiceAccountController } from '../../src/controllers/service-account/controller.ts';

/** The controllers the golden cases lean on. */
export async function run(client: Client, kinds: KindRegistry): Promise<void> {
  const clock = systemClock;
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const common = { client, informers, clock, random: systemRandom, events, gates: {} };
  const catalog = serverCatalog(
    () => kinds.all().map((kind) => kind.definition),
    (listener) => kinds.onChange(listener),
  );
  const controllers = [
    createServiceAccountController({ ...common, rootCa: 'CA' }),
    createNamespaceController({ ...common, catalog }),
    createGarbageCollector({ ...common, catalog }),
    createPersistentVolumeController(common),
    createDisruptionController({ ...common, catalog }),
  ];
  await Promise.all(controllers.map((controller) => controller.start()));
}
