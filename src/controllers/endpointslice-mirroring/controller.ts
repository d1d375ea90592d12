import { keyOf, objectKey } from '../../client/meta.ts';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../client/resources.ts';
import { WriteTracker } from '../../client/write-tracker.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler, StaleCache } from '../framework/controller.ts';
import type { ControllerOptions } from '../framework/options.ts';
import type { Service } from '../framework/services.ts';
import { type Endpoints, isMirrored, MANAGED_BY_LABEL, MANAGER, planMirror, SERVICE_NAME_LABEL } from './mirror.ts';

const WORKERS = 1;
/** Slices of a service by `namespace/service`. */
const BY_SERVICE = 'mirrored-slices';

/** Mirrors Endpoints that somebody keeps by hand, for a Service without selector, to slices (node.md 10.1). */
export function createEndpointSliceMirroring({ client, informers, clock, hooks }: ControllerOptions): Controller {
  const services = informers.informer<Service>(SERVICES);
  const endpoints = informers.informer<Endpoints>(ENDPOINTS);
  const slices = informers.informer(ENDPOINT_SLICES);
  slices.addIndex(BY_SERVICE, mirroredService);
  const tracker = new WriteTracker();

  async function reconcile(key: string): Promise<undefined> {
    const stale = tracker.staleReason(key);
    if (stale !== null) throw new StaleCache(stale);
    const current = endpoints.byKey(key);
    const wanted = isMirrored(current, services.byKey(key)) ? current! : null;
    const plan = planMirror(wanted, slices.byIndex(BY_SERVICE, key));
    const target = { ...ENDPOINT_SLICES, namespace: key.slice(0, key.indexOf('/')) };
    for (const slice of plan.create) tracker.record(key, slices, await client.create(target, slice));
    for (const slice of plan.update) tracker.record(key, slices, await client.update(target, slice));
    for (const slice of plan.remove) {
      await client.delete(target, slice.metadata.name ?? '').catch((error) => {
        if (!isStatus(error, 'NotFound')) throw error;
      });
    }
    return undefined;
  }

  const reconciler = new Reconciler({
    name: 'endpointslice-mirroring',
    clock,
    workers: WORKERS,
    informers: [services, endpoints, slices],
    reconcile,
    hooks,
  });
  // Nearly all Endpoints are a controller's: they are none of ours, unless they were.
  const touch = (key: string): void => {
    const ours = isMirrored(endpoints.byKey(key), services.byKey(key));
    if (ours || slices.countByIndex(BY_SERVICE, key) > 0) reconciler.queue.add(key);
  };
  const changed = (object: KubeObject): void => touch(keyOf(object));
  const sliceChanged = (slice: KubeObject): void => {
    for (const key of mirroredService(slice)) touch(key);
  };
  services.on({ add: changed, update: changed, delete: changed });
  endpoints.on({ add: changed, update: changed, delete: changed });
  slices.on({ add: sliceChanged, update: sliceChanged, delete: sliceChanged });
  return reconciler;
}

function mirroredService({ metadata: { labels, namespace } }: KubeObject): readonly string[] {
  const service = labels?.[SERVICE_NAME_LABEL];
  return labels?.[MANAGED_BY_LABEL] === MANAGER && service !== undefined ? [objectKey(namespace, service)] : [];
}
