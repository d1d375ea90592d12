import type { ServicePort } from '../api/core/service-types.ts';
import { keyOf } from '../client/meta.ts';
import type { KubeObject } from '../schema/object.ts';
import { candidates, type TrafficPolicy } from './candidates.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
/** Services with the one are somebody else's to serve, with the other nobody's. */
const NOT_OURS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];
const DEFAULT_AFFINITY_S = 10_800;

export type Protocol = 'TCP' | 'UDP';

/** One address and port to listen on, and what is behind it. */
export interface ListenerPlan {
  /** `TCP 10.96.0.7:80`: listeners are told apart by it. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Only pods and the machine itself may use cluster addresses; node ports are for whoever reaches them. */
  readonly scope: 'cluster' | 'node';
  readonly policy: TrafficPolicy;
  /** Endpoints depend on where the client is. */
  readonly placed: boolean;
  /** How long a client is led to the same endpoint after its last connection; 0: not at all. */
  readonly affinityMs: number;
  readonly endpoints: readonly Endpoint[];
}

/** What the proxy knows of the machine. */
export interface ProxyWorld {
  /** Whether a cluster address is of the range this cluster has. */
  serves(address: string): boolean;
  /** Nodes with real pods. */
  readonly nodes: ReadonlySet<string>;
  /** Where node ports are listened on. */
  readonly nodePortAddress: string;
  /** Services whose endpoint is known without a slice, by `namespace/name`: the API server's own. */
  readonly fixed: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
}

/** Whether the proxy has anything to do with a Service: not with headless and ExternalName ones. */
export function isProxied(service: KubeObject): boolean {
  const { type, clusterIP } = service.spec ?? {};
  if (type === 'ExternalName' || !clusterIP || clusterIP === 'None') return false;
  return !NOT_OURS.some((label) => service.metadata.labels?.[label] !== undefined);
}

/** Cluster addresses of a Service that cannot be served here: it was made while the cluster had another range. */
export function strayAddresses(service: KubeObject, world: ProxyWorld): readonly string[] {
  return isProxied(service) ? addressesOf(service).filter((address) => !world.serves(address)) : [];
}

const addressesOf = ({ spec }: KubeObject): readonly string[] => spec.clusterIPs ?? [spec.clusterIP];

/**
 * What to listen on for a Service, and what is behind it (node.md 10.2). A port nobody stands behind is not listened on:
 * connections to it are refused.
 */
export function planService(
  service: KubeObject,
  slices: Iterable<KubeObject>,
  world: ProxyWorld,
): readonly ListenerPlan[] {
  if (!isProxied(service)) return [];
  const { spec } = service;
  const affinityMs =
    spec.sessionAffinity === 'ClientIP'
      ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_S) * 1000
      : 0;
  const own = world.fixed.get(keyOf(service));
  const known = [...slices].filter((slice) => !NOT_OURS.some((label) => slice.metadata.labels?.[label] !== undefined));
  const plans: ListenerPlan[] = [];
  for (const port of (spec.ports ?? []) as readonly ServicePort[]) {
    const protocol = port.protocol ?? 'TCP';
    if (protocol !== 'TCP' && protocol !== 'UDP') continue;
    const endpoints =
      own === undefined
        ? endpointsOf({ name: port.name ?? '', protocol }, known, (node) => world.nodes.has(node))
        : [fixedEndpoint(own)];
    const listen = (scope: 'cluster' | 'node', address: string, number: number, policy: TrafficPolicy): void => {
      if (candidates(endpoints, policy, null).length === 0) return;
      const hinted = endpoints.some(({ forNodes, forZones }) => forNodes !== null || forZones !== null);
      const placed = policy === 'Local' || hinted;
      const id = `${protocol} ${address}:${number}`;
      plans.push({ id, protocol, address, port: number, scope, policy, placed, affinityMs, endpoints });
    };
    for (const address of addressesOf(service)) {
      if (world.serves(address)) listen('cluster', address, port.port, spec.internalTrafficPolicy ?? 'Cluster');
    }
    const { nodePort = 0 } = port;
    if (nodePort !== 0) listen('node', world.nodePortAddress, nodePort, spec.externalTrafficPolicy ?? 'Cluster');
  }
  return plans;
}

function fixedEndpoint(at: { readonly address: string; readonly port: number }): Endpoint {
  return { ...at, node: null, ready: true, draining: false, forZones: null, forNodes: null };
}
