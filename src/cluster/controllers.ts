import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorders } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { createAttacher } from '../controllers/attach-detach/attacher.ts';
import { createAttachDetachController } from '../controllers/attach-detach/controller.ts';
import { createDisruptionController } from '../controllers/disruption/controller.ts';
import { createEndpointsController } from '../controllers/endpoints/controller.ts';
import { createEndpointSliceController } from '../controllers/endpointslice/controller.ts';
import { createEndpointSliceMirroring } from '../controllers/endpointslice-mirroring/controller.ts';
import { createEphemeralVolumeController } from '../controllers/ephemeral-volume/controller.ts';
import type { ResourceCatalog } from '../controllers/framework/catalog.ts';
import type { Controller, ControllerHooks } from '../controllers/framework/controller.ts';
import type { ControllerOptions } from '../controllers/framework/options.ts';
import type { VolumeBackend } from '../controllers/framework/volume-backend.ts';
import { createGarbageCollector } from '../controllers/garbage-collector/controller.ts';
import { createNamespaceController } from '../controllers/namespace/controller.ts';
import { createNodeLifecycleController } from '../controllers/node-lifecycle/controller.ts';
import { createNodeGiveUpController } from '../controllers/node-lifecycle/give-up.ts';
import { createPodGarbageCollector } from '../controllers/node-lifecycle/pod-gc.ts';
import { createTaintEvictionController } from '../controllers/node-lifecycle/taint-eviction.ts';
import { createPersistentVolumeController } from '../controllers/persistent-volume/controller.ts';
import { createProvisioner } from '../controllers/provisioner/controller.ts';
import { createResourceQuotaController } from '../controllers/resource-quota/controller.ts';
import { createServiceAccountController } from '../controllers/service-account/controller.ts';
import { createStatefulSetController } from '../controllers/statefulset/controller.ts';
import {
  createClaimProtectionController,
  createVolumeProtectionController,
} from '../controllers/volume-protection/controller.ts';
import { createVolumeResizeController } from '../controllers/volume-resize/controller.ts';
import { createVolumeSnapshotController } from '../controllers/volume-snapshot/when-served.ts';
import type { FeatureGates } from '../schema/kind.ts';

export interface ControllersOptions {
  readonly client: Client;
  /** A client of its own for each controller, by the controller's name; default: one for all. */
  readonly clientOf?: (controller: string) => Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorders;
  readonly gates: FeatureGates;
  readonly catalog: ResourceCatalog;
  readonly volumes: VolumeBackend;
  /** Provisioner names of others that ours stands in for. */
  readonly provisionerAliases?: readonly string[];
  readonly rootCa: string;
  /** How long a node may be silent; default 50 s. */
  readonly nodeMonitorGraceMs?: number;
  readonly hooks?: ControllerHooks;
}

/** Everything a controller manager runs, in no particular order: each is level-based. */
export function makeControllers(options: ControllersOptions): readonly Controller[] {
  const { client, clientOf, informers, clock, random, events, gates, catalog } = options;
  const { volumes, rootCa, nodeMonitorGraceMs, hooks } = options;
  const common: ControllerOptions = {
    client,
    informers,
    clock,
    random,
    events,
    gates,
    ...(hooks === undefined ? {} : { hooks }),
  };
  const as = (controller: string): ControllerOptions =>
    clientOf === undefined ? common : { ...common, client: clientOf(controller) };
  return [
    createServiceAccountController({ ...as('service-account'), rootCa }),
    createNamespaceController({ ...as('namespace'), catalog }),
    createGarbageCollector({ ...as('garbage-collector'), catalog }),
    createStatefulSetController(as('statefulset')),
    createPersistentVolumeController(as('persistentvolume-binder')),
    createProvisioner({ ...as('provisioner'), backend: volumes, aliases: options.provisionerAliases ?? [] }),
    createVolumeResizeController({ ...as('volume-resize'), backend: volumes }),
    createVolumeSnapshotController({ ...as('volume-snapshot'), backend: volumes, catalog }),
    createAttachDetachController(as('attach-detach')),
    createAttacher({ ...as('attacher'), backend: volumes }),
    createEphemeralVolumeController(as('ephemeral-volume')),
    createClaimProtectionController(as('pvc-protection')),
    createVolumeProtectionController(as('pv-protection')),
    createEndpointSliceController(as('endpointslice')),
    createEndpointsController(as('endpoints')),
    createEndpointSliceMirroring(as('endpointslice')),
    createDisruptionController({ ...as('disruption'), catalog }),
    createResourceQuotaController({ ...as('resource-quota'), catalog }),
    createNodeLifecycleController({
      ...as('node-lifecycle'),
      ...(nodeMonitorGraceMs === undefined ? {} : { graceMs: nodeMonitorGraceMs }),
    }),
    createTaintEvictionController(as('taint-eviction')),
    createPodGarbageCollector(as('pod-gc')),
    createNodeGiveUpController(as('node-give-up')),
  ];
}
