import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import { EventBroadcaster } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { createDisruptionController } from '../controllers/disruption/controller.ts';
import { createEndpointsController } from '../controllers/endpoints/controller.ts';
import { createEndpointSliceController } from '../controllers/endpointslice/controller.ts';
import type { ResourceCatalog } from '../controllers/framework/catalog.ts';
import type { Controller, ControllerHooks } from '../controllers/framework/controller.ts';
import type { ControllerOptions } from '../controllers/framework/options.ts';
import type { VolumeBackend } from '../controllers/framework/volume-backend.ts';
import { createGarbageCollector } from '../controllers/garbage-collector/controller.ts';
import { createNamespaceController } from '../controllers/namespace/controller.ts';
import { createNodeLifecycleController } from '../controllers/node-lifecycle/controller.ts';
import { createPodGarbageCollector } from '../controllers/node-lifecycle/pod-gc.ts';
import { createTaintEvictionController } from '../controllers/node-lifecycle/taint-eviction.ts';
import { createPersistentVolumeController } from '../controllers/persistent-volume/controller.ts';
import { createProvisioner } from '../controllers/provisioner/controller.ts';
import { createServiceAccountController } from '../controllers/service-account/controller.ts';
import { createStatefulSetController } from '../controllers/statefulset/controller.ts';
import {
  createClaimProtectionController,
  createVolumeProtectionController,
} from '../controllers/volume-protection/controller.ts';
import { createVolumeResizeController } from '../controllers/volume-resize/controller.ts';
import type { FeatureGates } from '../schema/kind.ts';

export interface ControllersOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly gates: FeatureGates;
  readonly catalog: ResourceCatalog;
  readonly volumes: VolumeBackend;
  /** Provisioner names of others that ours stands in for. */
  readonly provisionerAliases?: readonly string[];
  readonly rootCa: string;
  readonly hooks?: ControllerHooks;
}

/** Everything a controller manager runs, in no particular order: each is level-based. */
export function makeControllers(options: ControllersOptions): {
  readonly controllers: readonly Controller[];
  readonly events: EventBroadcaster;
} {
  const { client, informers, clock, random, gates, catalog, volumes, rootCa, hooks } = options;
  const events = new EventBroadcaster(client, clock);
  const common: ControllerOptions = {
    client,
    informers,
    clock,
    random,
    events,
    gates,
    ...(hooks === undefined ? {} : { hooks }),
  };
  const controllers = [
    createServiceAccountController({ ...common, rootCa }),
    createNamespaceController({ ...common, catalog }),
    createGarbageCollector({ ...common, catalog }),
    createStatefulSetController(common),
    createPersistentVolumeController(common),
    createProvisioner({ ...common, backend: volumes, aliases: options.provisionerAliases ?? [] }),
    createVolumeResizeController({ ...common, backend: volumes }),
    createClaimProtectionController(common),
    createVolumeProtectionController(common),
    createEndpointSliceController(common),
    createEndpointsController(common),
    createDisruptionController({ ...common, catalog }),
    createNodeLifecycleController(common),
    createTaintEvictionController(common),
    createPodGarbageCollector(common),
  ];
  return { controllers, events };
}
