import { deepEqual } from '../../base/json.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import {
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  needsTrafficPolicy,
  type ServicePort,
} from './service-types.ts';

/** Defaults of v1 (api.md 6.3); what depends on the cluster is filled by the allocator. */
export function defaultService(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  if ((spec.sessionAffinity ?? '') === '') spec.sessionAffinity = 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= 10800;
  }
  if ((spec.type ?? '') === '') spec.type = 'ClusterIP';
  for (const port of (spec.ports ?? []) as ServicePort[]) {
    if ((port.protocol ?? '') === '') port.protocol = 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (needsTrafficPolicy(draft) && (spec.externalTrafficPolicy ?? '') === '') {
    spec.externalTrafficPolicy = 'Cluster';
  }
  if (needsClusterIp(draft)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of draft.status?.loadBalancer?.ingress ?? []) {
    if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP';
  }
}

function usedNodePorts(ports: readonly ServicePort[]): Set<number> {
  return new Set(ports.map((port) => port.nodePort ?? 0).filter((port) => port !== 0));
}

/** Values the server once allocated stay when an update leaves them out. Idempotent. */
export function carryAllocated(draft: Draft, old: KubeObject): void {
  const { spec } = draft;
  const before = old.spec;
  if (needsClusterIp(old) && needsClusterIp(draft)) {
    if ((spec.clusterIP ?? '') === '' && (spec.clusterIPs ?? []).length === 0) spec.clusterIP = before.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === before.clusterIP)
      spec.clusterIPs = before.clusterIPs;
  }
  normalizeClusterIps(draft, old);
  if (needsNodePort(old) && needsNodePort(draft)) carryNodePorts(spec.ports ?? [], before.ports ?? []);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(draft) && !spec.healthCheckNodePort) {
    spec.healthCheckNodePort = before.healthCheckNodePort;
  }
  for (const field of ['clusterIP', 'clusterIPs', 'healthCheckNodePort']) {
    if (spec[field] === undefined) delete spec[field];
  }
}

/** By port name, unless another port of the update has taken the number. */
function carryNodePorts(ports: ServicePort[], before: readonly ServicePort[]): void {
  const now = usedNodePorts(ports);
  const taken = new Set([...usedNodePorts(before)].filter((port) => now.has(port)));
  const byName = new Map(before.map((port) => [port.name ?? '', port.nodePort ?? 0]));
  for (const port of ports) {
    if ((port.nodePort ?? 0) !== 0) continue;
    const known = byName.get(port.name ?? '') ?? 0;
    if (known === 0 || taken.has(known)) continue;
    port.nodePort = known;
    taken.add(known);
  }
}

/** `clusterIP` and `clusterIPs[0]` are one: a client that knows only the first decides for both. */
export function normalizeClusterIps(draft: Draft, old: KubeObject | null): void {
  const { spec } = draft;
  const list: readonly string[] = spec.clusterIPs ?? [];
  const single: string = spec.clusterIP ?? '';
  if (old === null || single === (old.spec.clusterIP ?? '')) {
    if (single !== '' && list.length === 0) spec.clusterIPs = [single];
    return;
  }
  if (list.length !== 0 && !deepEqual(list, old.spec.clusterIPs ?? [])) return;
  if (single === '') delete spec.clusterIPs;
  else spec.clusterIPs = [single];
}

/** A change of type drops what the new type has no use for, unless the update sets it on purpose. */
export function dropUnused(draft: Draft, old: KubeObject): void {
  const { spec } = draft;
  const before = old.spec;
  const drop = (needs: (service: KubeObject) => boolean, ...fields: string[]): void => {
    if (!needs(old) || needs(draft)) return;
    for (const field of fields) if (deepEqual(spec[field], before[field])) delete spec[field];
  };
  drop(needsClusterIp, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  drop(needsHealthCheckPort, 'healthCheckNodePort');
  drop(needsTrafficPolicy, 'externalTrafficPolicy');
  drop((service) => service.spec.type === 'LoadBalancer', 'allocateLoadBalancerNodePorts', 'loadBalancerClass');
  drop((service) => service.spec.type !== 'ExternalName', 'internalTrafficPolicy');
  if (!needsNodePort(old) || needsNodePort(draft)) return;
  const ports: ServicePort[] = spec.ports ?? [];
  const known = usedNodePorts(before.ports ?? []);
  if ([...usedNodePorts(ports)].every((port) => known.has(port))) for (const port of ports) delete port.nodePort;
}
