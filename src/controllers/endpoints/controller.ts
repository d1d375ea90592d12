import { deepEqual } from '../../base/json.ts';
import { keyOf, splitKey } from '../../client/meta.ts';
import { ENDPOINTS, PODS, SERVICES } from '../../client/resources.ts';
import { WriteTracker } from '../../client/write-tracker.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler, StaleCache } from '../framework/controller.ts';
import type { Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { podNetworkChanged } from '../framework/pod-changes.ts';
import { ServicePods } from '../framework/service-pods.ts';
import type { Service } from '../framework/services.ts';
import { TriggerTimes, withTriggerTime } from '../framework/trigger-time.ts';
import { type EndpointSubset, subsetsOf } from './subsets.ts';

const WORKERS = 5;
/** This API is the legacy one: changes are gathered a little, so that it costs few writes. */
const BATCH_MS = 250;
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

interface Endpoints extends KubeObject {
  readonly subsets?: readonly EndpointSubset[];
}

/** Keeps the core/v1 Endpoints of every Service with a selector. */
export function createEndpointsController({ client, informers, clock, hooks }: ControllerOptions): Controller {
  const services = informers.informer<Service>(SERVICES);
  const pods = informers.informer<Pod>(PODS);
  const endpoints = informers.informer<Endpoints>(ENDPOINTS);
  const lookup = new ServicePods(pods, services);
  const tracker = new WriteTracker();
  const triggers = new TriggerTimes();

  async function reconcile(key: string): Promise<undefined> {
    const service = services.byKey(key);
    const { namespace, name } = splitKey(key);
    const target = { ...ENDPOINTS, namespace };
    const current = endpoints.byKey(key);
    if (service === undefined) {
      triggers.forget(key);
      if (current?.metadata.labels?.[MANAGED_BY] === undefined) return undefined;
      await client.delete(target, name).catch((error) => {
        if (!isStatus(error, 'NotFound')) throw error;
      });
      return undefined;
    }
    if (service.spec.selector === undefined || service.spec.type === 'ExternalName') return undefined;
    if (service.metadata.deletionTimestamp !== undefined) return undefined;
    const stale = tracker.staleReason(key);
    if (stale !== null) throw new StaleCache(stale);
    const selected = lookup.podsOf(service);
    const trigger = triggers.next(key, service, selected);
    const wanted = wantedEndpoints(service, current, selected, trigger);
    if (current === undefined) tracker.record(key, endpoints, await client.create(target, wanted));
    else if (!sameContent(current, wanted)) tracker.record(key, endpoints, await client.update(target, wanted));
    return undefined;
  }

  const reconciler = new Reconciler({
    name: 'endpoints',
    clock,
    workers: WORKERS,
    informers: [services, pods, endpoints],
    reconcile,
    hooks,
  });
  const later = (key: string) => reconciler.queue.addAfter(key, BATCH_MS);
  const touch = (pod: Pod) => {
    for (const service of lookup.servicesOf(pod)) later(keyOf(service));
  };
  services.on({
    add: (service) => later(keyOf(service)),
    update: (service) => later(keyOf(service)),
    delete: (service) => later(keyOf(service)),
  });
  pods.on({
    add: touch,
    delete: touch,
    update: (pod, previous) => {
      if (!podNetworkChanged(pod, previous)) return;
      if (pod.metadata.labels !== previous.metadata.labels) touch(previous);
      touch(pod);
    },
  });
  return reconciler;
}

function wantedEndpoints(
  service: Service,
  current: Endpoints | undefined,
  pods: readonly Pod[],
  trigger: string | null,
): Endpoints {
  const { subsets, truncated } = subsetsOf(service, pods);
  const { name, namespace, labels } = service.metadata;
  const { annotations: before, ...metadata } = current?.metadata ?? {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    annotations: {},
  };
  const { [OVER_CAPACITY]: _, ...others } = before ?? {};
  const annotations = withTriggerTime(truncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others, trigger);
  const headless = service.spec.clusterIP === 'None';
  return {
    ...(current ?? { apiVersion: 'v1', kind: 'Endpoints' }),
    metadata: {
      ...metadata,
      labels: {
        ...labels,
        ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
        [MANAGED_BY]: 'endpoint-controller',
      },
      ...(annotations === undefined ? {} : { annotations }),
    },
    subsets,
  } as Endpoints;
}

function sameContent(a: Endpoints, b: Endpoints): boolean {
  return (
    deepEqual(a.subsets ?? [], b.subsets ?? []) &&
    deepEqual(a.metadata.labels ?? {}, b.metadata.labels ?? {}) &&
    a.metadata.annotations?.[OVER_CAPACITY] === b.metadata.annotations?.[OVER_CAPACITY]
  );
}
