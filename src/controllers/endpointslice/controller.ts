import type { Informer } from '../../client/informer.ts';
import { keyOf, objectKey } from '../../client/meta.ts';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../../client/resources.ts';
import { WriteTracker } from '../../client/write-tracker.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler, StaleCache } from '../framework/controller.ts';
import type { Node, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { podNetworkChanged } from '../framework/pod-changes.ts';
import { ServicePods } from '../framework/service-pods.ts';
import type { Service } from '../framework/services.ts';
import { TriggerTimes, withTriggerTime } from '../framework/trigger-time.ts';
import { TurnBatch } from '../framework/turn-batch.ts';
import { desiredEndpoints } from './endpoints.ts';
import { planSlices } from './plan.ts';
import { type EndpointSlice, MANAGED_BY_LABEL, MANAGER, SERVICE_NAME_LABEL } from './types.ts';

const WORKERS = 5;
/** Slices of a service by `namespace/service`. */
const BY_SERVICE = 'managed-slices';

/** Keeps the EndpointSlices of every Service with a selector (node.md 10.1). */
export function createEndpointSliceController({ client, informers, clock, hooks }: ControllerOptions): Controller {
  const services = informers.informer<Service>(SERVICES);
  const pods = informers.informer<Pod>(PODS);
  const nodes = informers.informer<Node>(NODES);
  const slices = informers.informer<EndpointSlice>(ENDPOINT_SLICES);
  slices.addIndex(BY_SERVICE, managedService);
  const lookup = new ServicePods(pods, services);
  const tracker = new WriteTracker();
  const triggers = new TriggerTimes();

  async function reconcile(key: string): Promise<undefined> {
    const service = services.byKey(key);
    if (service === undefined) triggers.forget(key);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    if (service.spec.selector === undefined || service.spec.type === 'ExternalName') return undefined;
    const stale = tracker.staleReason(key);
    if (stale !== null) throw new StaleCache(stale);
    const target = { ...ENDPOINT_SLICES, namespace: service.metadata.namespace! };
    const existing = slices.byIndex(BY_SERVICE, key).filter((slice) => slice.metadata.deletionTimestamp === undefined);
    const selected = lookup.podsOf(service);
    const trigger = triggers.next(key, service, selected);
    const groups = desiredEndpoints(service, selected, (name) => nodes.get(undefined, name));
    const plan = planSlices(service, groups, existing);
    for (const slice of plan.create)
      tracker.record(key, slices, await client.create(target, triggered(slice, trigger)));
    for (const slice of plan.update)
      tracker.record(key, slices, await client.update(target, triggered(slice, trigger)));
    for (const slice of plan.remove) {
      try {
        await client.delete(target, slice.metadata.name ?? '');
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
    return undefined;
  }

  const reconciler = new Reconciler({
    name: 'endpointslice',
    clock,
    workers: WORKERS,
    informers: [services, pods, nodes, slices],
    reconcile,
    hooks,
    baseDelayMs: 1000,
  });
  const { queue } = reconciler;
  // A pod often changes several times in a turn; its slices are written once.
  const batch = new TurnBatch(clock, (key) => queue.add(key));
  services.on({ add: (s) => batch.add(keyOf(s)), update: (s) => batch.add(keyOf(s)) });
  const touch = (pod: Pod) => {
    for (const service of lookup.servicesOf(pod)) batch.add(keyOf(service));
  };
  pods.on({
    add: touch,
    update: (pod, previous) => {
      if (!podNetworkChanged(pod, previous)) return;
      if (pod.metadata.labels !== previous.metadata.labels) touch(previous);
      touch(pod);
    },
    delete: touch,
  });
  onNodeTopology(nodes, pods, touch);
  slices.on({
    update: (slice) => again(slice),
    delete: (slice) => again(slice),
  });
  const again = (slice: EndpointSlice) => {
    for (const key of managedService(slice)) if (services.byKey(key) !== undefined) batch.add(key);
  };
  return reconciler;
}

function triggered(slice: EndpointSlice, trigger: string | null): EndpointSlice {
  const { annotations: before, ...metadata } = slice.metadata;
  const annotations = withTriggerTime(before, trigger);
  return { ...slice, metadata: annotations === undefined ? metadata : { ...metadata, annotations } };
}

function managedService(slice: EndpointSlice): readonly string[] {
  const { labels, namespace } = slice.metadata;
  const service = labels?.[SERVICE_NAME_LABEL];
  return labels?.[MANAGED_BY_LABEL] === MANAGER && service !== undefined ? [objectKey(namespace, service)] : [];
}

/** A node that comes or goes adds or removes the endpoints on it. */
function onNodeTopology(nodes: Informer<Node>, pods: Informer<Pod>, touch: (pod: Pod) => void): void {
  const BY_NODE = 'node';
  pods.addIndex(BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  const all = (node: Node) => {
    for (const pod of pods.byIndex(BY_NODE, node.metadata.name ?? '')) touch(pod);
  };
  const zone = (node: Node) => node.metadata.labels?.['topology.kubernetes.io/zone'];
  nodes.on({
    add: all,
    delete: all,
    update: (node, previous) => (zone(node) === zone(previous) ? undefined : all(node)),
  });
}
