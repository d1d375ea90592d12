import type { Node, Pod } from '../framework/objects.ts';
import { isFinished, isPodReady, isTerminating } from '../framework/pods.ts';
import { type Service, targetPortOf } from '../framework/services.ts';
import type { Endpoint, EndpointPort } from './types.ts';

/** Endpoints that share one set of ports; each such group has its own slices. */
export interface EndpointGroup {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What the slices of a service should hold (node.md 10.1). `nodeOf` gives the pod's Node, when there is one. */
export function desiredEndpoints(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): EndpointGroup[] {
  const groups = new Map<string, { addressType: 'IPv4' | 'IPv6'; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  const publish = service.spec.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (isFinished(pod)) continue;
    const nodeName = pod.spec.nodeName ?? '';
    const node = nodeName === '' ? undefined : nodeOf(nodeName);
    if (node === undefined && !publish) continue;
    const ports = portsOf(service, pod);
    for (const addressType of addressTypesOf(service, pod)) {
      const address = addressOf(pod, addressType);
      if (address === undefined) continue;
      const key = `${addressType} ${portsKey(ports)}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { addressType, ports, endpoints: [] };
        groups.set(key, group);
      }
      group.endpoints.push(endpointOf(service, pod, node, address));
    }
  }
  return [...groups.values()];
}

/** Address families a service is served in; one without any follows the pod. */
export function addressTypesOf(service: Service, pod?: Pod): readonly ('IPv4' | 'IPv6')[] {
  const families = service.spec.ipFamilies;
  if (families !== undefined && families.length > 0)
    return families.map((family) => (family === 'IPv6' ? 'IPv6' : 'IPv4'));
  return [pod?.status?.podIP?.includes(':') === true ? 'IPv6' : 'IPv4'];
}

export function portsKey(ports: readonly EndpointPort[]): string {
  return ports
    .map(({ name, protocol, port, appProtocol }) => `${name}|${protocol}|${port}|${appProtocol ?? ''}`)
    .sort()
    .join(',');
}

function addressOf(pod: Pod, family: 'IPv4' | 'IPv6'): string | undefined {
  const matches = (ip: string | undefined) => ip !== undefined && ip !== '' && ip.includes(':') === (family === 'IPv6');
  const first = pod.status?.podIP;
  if (matches(first)) return first;
  return pod.status?.podIPs?.find(({ ip }) => matches(ip))?.ip;
}

function endpointOf(service: Service, pod: Pod, node: Node | undefined, address: string): Endpoint {
  const serving = isPodReady(pod);
  const terminating = isTerminating(pod);
  const { name = '', namespace, uid = '' } = pod.metadata;
  const { hostname = '', subdomain, nodeName } = pod.spec;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    targetRef: { kind: 'Pod', ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(nodeName === undefined || nodeName === '' ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    ...(ready ? hintsOf(service, zone, nodeName) : {}),
  };
}

/** trafficDistribution: keep traffic in the zone, or on the node. */
function hintsOf(service: Service, zone: string | undefined, node: string | undefined): Pick<Endpoint, 'hints'> {
  const policy = service.spec.trafficDistribution;
  if (policy === undefined || zone === undefined) {
    return policy === 'PreferSameNode' && node !== undefined ? { hints: { forNodes: [{ name: node }] } } : {};
  }
  const forZones = [{ name: zone }];
  if (policy === 'PreferSameNode' && node !== undefined) return { hints: { forZones, forNodes: [{ name: node }] } };
  return { hints: { forZones } };
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}
