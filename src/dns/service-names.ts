import type { KubeObject } from '../schema/object.ts';

export interface Address {
  readonly ip: string;
  readonly family: 4 | 6;
}

export interface Member extends Address {
  /** First label of its name: its hostname, else its address with dashes. */
  readonly label: string;
  /** It can be talked to (its pod is Ready), even if names of unready ones are published. */
  readonly serving: boolean;
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Members that have it; null for a cluster address. */
  readonly members: readonly Member[] | null;
}

/** What DNS says of one Service. */
export interface ServiceNames {
  readonly kind: 'cluster' | 'headless' | 'external';
  /** Target of an ExternalName. */
  readonly target: string;
  /** Cluster addresses. */
  readonly addresses: readonly Address[];
  /** Ready endpoints. */
  readonly members: readonly Member[];
  readonly byLabel: ReadonlyMap<string, readonly Member[]>;
  readonly ports: readonly NamedPort[];
}

const family = (ip: string): 4 | 6 => (ip.includes(':') ? 6 : 4);
const dashed = (ip: string): string => ip.replace(/[.:]/g, '-');

interface Endpoint {
  readonly addresses?: readonly string[];
  readonly hostname?: string;
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean };
}

/** Reads a Service and its EndpointSlices (DNS specification 1.1.0; node.md 10.3). */
export function serviceNames(service: KubeObject, slices: Iterable<KubeObject>): ServiceNames {
  const { spec } = service;
  const none = { target: '', addresses: [], members: [], byLabel: new Map(), ports: [] };
  if (spec.type === 'ExternalName')
    return { ...none, kind: 'external', target: String(spec.externalName ?? '').toLowerCase() };
  const members: Member[] = [];
  const byLabel = new Map<string, Member[]>();
  const ports = new Map<string, { name: string; protocol: string; port: number; members: Member[] }>();
  for (const slice of slices) {
    const added: Member[] = [];
    for (const endpoint of (slice.endpoints ?? []) as readonly Endpoint[]) {
      if (endpoint.conditions?.ready === false) continue;
      for (const ip of endpoint.addresses ?? []) {
        const label = (endpoint.hostname || dashed(ip)).toLowerCase();
        const member: Member = { ip, family: family(ip), label, serving: endpoint.conditions?.serving !== false };
        added.push(member);
        const same = byLabel.get(label);
        if (same === undefined) byLabel.set(label, [member]);
        else same.push(member);
      }
    }
    members.push(...added);
    for (const { name, protocol = 'TCP', port } of slice.ports ?? []) {
      if (!name || port === undefined || port === null) continue;
      const key = `${name}/${protocol}/${port}`;
      const known = ports.get(key);
      if (known === undefined) ports.set(key, { name, protocol, port, members: [...added] });
      else known.members.push(...added);
    }
  }
  const ips: readonly string[] = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
  if (ips.length === 0 || ips[0] === 'None') {
    return { ...none, kind: 'headless', members, byLabel, ports: [...ports.values()] };
  }
  return {
    ...none,
    kind: 'cluster',
    addresses: ips.map((ip) => ({ ip, family: family(ip) })),
    members,
    ports: (spec.ports ?? [])
      .filter((port: { name?: string }) => Boolean(port.name))
      .map((port: { name: string; protocol?: string; port: number }) => ({
        name: port.name,
        protocol: port.protocol ?? 'TCP',
        port: port.port,
        members: null,
      })),
  };
}
