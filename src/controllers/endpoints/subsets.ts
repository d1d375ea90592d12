import type { Pod } from '../framework/objects.ts';
import { isFinished, isPodReady, isTerminating } from '../framework/pods.ts';
import { type Service, targetPortOf } from '../framework/services.ts';

/** Addresses one Endpoints object may hold; the rest is cut off and marked so. */
const CAPACITY = 1000;

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef: {
    readonly kind: 'Pod';
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
  };
}

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly Port[];
}

/** Subsets of a core/v1 Endpoints: addresses with equal ports together, sorted (node.md 10.1). */
export function subsetsOf(service: Service, pods: readonly Pod[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const groups = new Map<string, { ports: Port[]; ready: EndpointAddress[]; unready: EndpointAddress[] }>();
  const publish = service.spec.publishNotReadyAddresses === true;
  let room = CAPACITY;
  for (const pod of [...pods].sort(byName)) {
    const address = addressOf(service, pod);
    if (address === null || isFinished(pod) || (isTerminating(pod) && !publish)) continue;
    if (room-- <= 0) break;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec.ports ?? []).length > 0) continue;
    const key = JSON.stringify(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, ready: [], unready: [] };
      groups.set(key, group);
    }
    (publish || isPodReady(pod) ? group.ready : group.unready).push(address);
  }
  const subsets = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, unready }]) => ({
      ...(ready.length === 0 ? {} : { addresses: ready.sort(byIp) }),
      ...(unready.length === 0 ? {} : { notReadyAddresses: unready.sort(byIp) }),
      ...(ports.length === 0 ? {} : { ports }),
    }));
  return { subsets, truncated: room < 0 };
}

const byName = (a: Pod, b: Pod): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : 1);

/** Single family: that of the service's first. */
function addressOf(service: Service, pod: Pod): EndpointAddress | null {
  const sixth = service.spec.ipFamilies?.[0] === 'IPv6';
  const ips = [pod.status?.podIP, ...(pod.status?.podIPs ?? []).map(({ ip }) => ip)];
  const ip = ips.find((candidate) => candidate !== undefined && candidate !== '' && candidate.includes(':') === sixth);
  if (ip === undefined) return null;
  const { name = '', namespace, uid = '' } = pod.metadata;
  const { hostname = '', subdomain, nodeName = '' } = pod.spec;
  return {
    ip,
    ...(hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === '' ? {} : { nodeName }),
    targetRef: { kind: 'Pod', ...(namespace === undefined ? {} : { namespace }), name, uid },
  };
}

function portsOf(service: Service, pod: Pod): Port[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [
      {
        ...(name === '' ? {} : { name }),
        port: number,
        protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      },
    ];
  });
}
