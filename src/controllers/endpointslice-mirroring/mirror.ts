import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import { controllerReference } from '../framework/owners.ts';
import type { Service } from '../framework/services.ts';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
/** Annotations that speak of the Endpoints object itself. */
const OWN_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
];
/** Addresses mirrored of one subset; the rest is left out. */
const MAX_ADDRESSES = 1000;

interface Address {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: object;
}

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

export interface Endpoints extends KubeObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly Address[];
    readonly notReadyAddresses?: readonly Address[];
    readonly ports?: readonly Port[];
  }[];
}

export interface MirrorPlan {
  readonly create: readonly KubeObject[];
  readonly update: readonly KubeObject[];
  readonly remove: readonly KubeObject[];
}

/** Whether somebody keeps Endpoints by hand for a Service: it has no selector, and they do not ask to be left alone. */
export function isMirrored(endpoints: Endpoints | undefined, service: Service | undefined): boolean {
  if (endpoints === undefined || service === undefined) return false;
  if (service.spec.selector !== undefined || endpoints.metadata.deletionTimestamp !== undefined) return false;
  return endpoints.metadata.labels?.[SKIP_LABEL] !== 'true' && endpoints.metadata.annotations?.[LEADER] === undefined;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): object {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

const familyOf = (ip: string): 'IPv4' | 'IPv6' => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** Slices as they should be: one for each set of ports and address family (node.md 10.1). */
function wantedSlices(endpoints: Endpoints): KubeObject[] {
  const { name = '', namespace, labels, annotations = {} } = endpoints.metadata;
  const slices = new Map<string, KubeObject & { readonly endpoints: object[] }>();
  const kept = Object.entries(annotations).filter(([key]) => !OWN_ANNOTATIONS.includes(key));
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of endpoints.subsets ?? []) {
    const all = [
      ...addresses.map((each) => [each, true] as const),
      ...notReadyAddresses.map((each) => [each, false] as const),
    ];
    for (const [address, ready] of all.slice(0, MAX_ADDRESSES)) {
      const addressType = familyOf(address.ip);
      const key = `${addressType} ${JSON.stringify(ports)}`;
      let slice = slices.get(key);
      if (slice === undefined) {
        slice = {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: `${name}-`,
            ...(namespace === undefined ? {} : { namespace }),
            labels: { ...labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MANAGER },
            ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
            ownerReferences: [controllerReference(endpoints, { apiVersion: 'v1', kind: 'Endpoints' })],
          },
          addressType,
          endpoints: [],
          ports: ports.map(({ name: port = '', protocol = 'TCP', ...rest }) => ({ name: port, protocol, ...rest })),
        };
        slices.set(key, slice);
      }
      slice.endpoints.push(endpointOf(address, ready));
    }
  }
  return [...slices.values()];
}

/** What to write so that the slices mirror the Endpoints; null removes them all. */
export function planMirror(endpoints: Endpoints | null, existing: readonly KubeObject[]): MirrorPlan {
  const left = new Set(existing);
  const create: KubeObject[] = [];
  const update: KubeObject[] = [];
  for (const wanted of endpoints === null ? [] : wantedSlices(endpoints)) {
    const same = [...left].filter(({ addressType }) => addressType === wanted.addressType);
    const old = same.find(({ ports }) => deepEqual(ports ?? [], wanted.ports)) ?? same[0];
    if (old === undefined) {
      create.push(wanted);
      continue;
    }
    left.delete(old);
    const { labels = {}, annotations } = wanted.metadata;
    const { annotations: before, ...metadata } = old.metadata;
    const next = {
      ...old,
      metadata: { ...metadata, labels, ...(annotations === undefined ? {} : { annotations }) },
      endpoints: wanted.endpoints,
      ports: wanted.ports,
    };
    const unchanged =
      deepEqual(old.metadata.labels ?? {}, labels) &&
      deepEqual(before ?? {}, annotations ?? {}) &&
      deepEqual(old.endpoints ?? [], wanted.endpoints) &&
      deepEqual(old.ports ?? [], wanted.ports);
    if (!unchanged) update.push(next);
  }
  return { create, update, remove: [...left] };
}
