import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  appProtocol?: string;
}

type Service = KubeObject | Draft;

/** Which fields a Service has a use for follows from its type (api.md 6.4). */
export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
}

export function needsClusterIp({ spec }: Service): boolean {
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** A load balancer may do without node ports, but keeps those it names. */
export function needsNodePort({ spec }: Service): boolean {
  if (spec.type === 'NodePort') return true;
  return spec.type === 'LoadBalancer' && (spec.allocateLoadBalancerNodePorts !== false || hasNodePorts(spec.ports));
}

export function allocatesNodePorts({ spec }: Service): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

function hasNodePorts(ports: readonly ServicePort[] | undefined): boolean {
  return (ports ?? []).some((port) => (port.nodePort ?? 0) !== 0);
}

export function needsTrafficPolicy({ spec }: Service): boolean {
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  return external || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

export function needsHealthCheckPort({ spec }: Service): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}
