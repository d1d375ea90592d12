import type { Clock } from '../base/clock.ts';
import type { Client } from '../client/client.ts';
import type { EventBroadcaster } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { PODS, SERVICES } from '../client/resources.ts';
import type { ServiceProxy } from '../proxy/service-proxy.ts';
import type { KubeObject } from '../schema/object.ts';
import type { ClusterOptions } from './options.ts';
import { nodeLabels } from './own-nodes.ts';
import type { ClusterNetwork } from './pod-network.ts';

const API_SERVICE = { namespace: 'default', name: 'kubernetes' };

export interface ProxyParts {
  readonly options: ClusterOptions;
  /** Of the API server. */
  readonly port: number;
  readonly network: ClusterNetwork;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly events: EventBroadcaster;
}

const isApiService = ({ metadata }: KubeObject): boolean =>
  metadata.namespace === API_SERVICE.namespace && metadata.name === API_SERVICE.name;

/**
 * Serves addresses of Services from when somebody may want them: the first Service with an address (the API's own does
 * not count), or the first pod on a node. Until then nothing of it is loaded.
 */
export function proxyServices(parts: ProxyParts): { stop(): Promise<void> } {
  const { informers, clock } = parts;
  let proxy: Promise<ServiceProxy> | null = null;
  const deaf: (() => void)[] = [];
  const begin = (): void => {
    if (proxy !== null) return;
    proxy = startProxy(parts);
    // Not while the handlers are being called.
    clock.defer(() => {
      for (const stop of deaf.splice(0)) stop();
    });
  };
  const service = (one: KubeObject): void => {
    const { clusterIP } = one.spec;
    if (clusterIP && clusterIP !== 'None' && !isApiService(one)) begin();
  };
  const pod = ({ spec }: KubeObject): void => {
    if (spec.nodeName) begin();
  };
  deaf.push(
    informers.informer(SERVICES).on({ add: service, update: service }),
    informers.informer(PODS).on({ add: pod, update: pod }),
  );
  return {
    async stop() {
      for (const stop of deaf.splice(0)) stop();
      (await proxy)?.stop();
    },
  };
}

async function startProxy({ options, port, network, informers, clock, events }: ProxyParts): Promise<ServiceProxy> {
  const [{ createServiceProxy }, { machineSockets }] = await Promise.all([
    import('../proxy/service-proxy.ts'),
    import('../proxy/adapters/sockets.ts'),
  ]);
  const prefix = network.serviceRange.split('.').slice(0, 2).join('.');
  const host = options.host === '0.0.0.0' ? '127.0.0.1' : options.host;
  const proxy = createServiceProxy({
    informers,
    clock,
    sockets: machineSockets(),
    recorder: events.recorder({ component: 'kube-proxy' }),
    clients: (address) => network.pods.isInside(address),
    world: {
      serves: (address) => address.startsWith(`${prefix}.`),
      nodes: new Set(Array.from({ length: options.nodes }, (_, index) => nodeLabels(options, index).name)),
      nodePortAddress: options.host,
      fixed: new Map([[`${API_SERVICE.namespace}/${API_SERVICE.name}`, { address: host, port }]]),
    },
  });
  await proxy.start();
  return proxy;
}

/** Gives the API's own Service an address of the range there is now; one of another range would lead nowhere. */
export async function renewApiService(client: Client, address: string): Promise<void> {
  const at = { ...SERVICES, namespace: API_SERVICE.namespace };
  const service = await client.get(at, API_SERVICE.name);
  if (service.spec.clusterIP === address) return;
  const { name, labels = {} } = service.metadata;
  const { clusterIP: _, clusterIPs: __, ...spec } = service.spec;
  await client.delete(at, API_SERVICE.name);
  await client.create(at, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: name!, namespace: API_SERVICE.namespace, labels },
    spec: { ...spec, clusterIP: address, clusterIPs: [address] },
  });
}
