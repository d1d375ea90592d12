import { deepEqual } from '../../base/json.ts';
import { controllerReference } from '../framework/owners.ts';
import type { Service } from '../framework/services.ts';
import { addressTypesOf, type EndpointGroup, portsKey } from './endpoints.ts';
import {
  type Endpoint,
  type EndpointSlice,
  HEADLESS_LABEL,
  MANAGED_BY_LABEL,
  MANAGER,
  SERVICE_NAME_LABEL,
} from './types.ts';

const MAX_ENDPOINTS = 100;

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/**
 * What to write so that the slices hold the desired endpoints with the fewest writes (node.md 10.1): slices keep what
 * they hold, changed ones are topped up first, then the fullest that has room, then new ones. No rebalancing.
 */
export function planSlices(
  service: Service,
  groups: readonly EndpointGroup[],
  existing: readonly EndpointSlice[],
): SlicePlan {
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const unused = new Set(existing);
  for (const group of withPlaceholders(service, groups)) {
    const key = portsKey(group.ports);
    const ours = existing.filter(
      (slice) => slice.addressType === group.addressType && portsKey(slice.ports ?? []) === key,
    );
    for (const slice of ours) unused.delete(slice);
    planGroup(service, group, ours, create, update, unused);
  }
  return recycle({ create, update, remove: [...unused] });
}

/** A slice to go takes the place of one to come: its name lives on, and it is one write instead of two. */
function recycle({ create, update, remove }: SlicePlan): SlicePlan {
  const left = [...remove];
  const reused: EndpointSlice[] = [];
  const fresh = create.filter((slice) => {
    const at = left.findIndex((old) => old.addressType === slice.addressType);
    if (at < 0) return true;
    const [old] = left.splice(at, 1);
    const metadata = { ...old!.metadata, labels: slice.metadata.labels ?? {} };
    reused.push({ ...old!, metadata, endpoints: slice.endpoints, ports: slice.ports });
    return false;
  });
  return { create: fresh, update: [...update, ...reused], remove: left };
}

/** A service without endpoints still has one empty slice a family. */
function withPlaceholders(service: Service, groups: readonly EndpointGroup[]): EndpointGroup[] {
  const missing = addressTypesOf(service).filter((type) => !groups.some((group) => group.addressType === type));
  return [...groups, ...missing.map((addressType) => ({ addressType, ports: [], endpoints: [] }))];
}

interface Bin {
  readonly slice: EndpointSlice;
  readonly kept: Endpoint[];
  changed: boolean;
}

const identity = (endpoint: Endpoint): string => `${endpoint.targetRef?.uid ?? ''} ${endpoint.addresses[0] ?? ''}`;

function planGroup(
  service: Service,
  group: EndpointGroup,
  slices: readonly EndpointSlice[],
  create: EndpointSlice[],
  update: EndpointSlice[],
  remove: Set<EndpointSlice>,
): void {
  const wanted = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const labels = labelsOf(service);
  const bins = slices.map((slice): Bin => {
    const kept: Endpoint[] = [];
    let changed = !deepEqual(slice.metadata.labels ?? {}, labels);
    for (const endpoint of slice.endpoints ?? []) {
      const next = wanted.get(identity(endpoint));
      if (next === undefined) {
        changed = true;
        continue;
      }
      wanted.delete(identity(endpoint));
      if (!deepEqual(next, endpoint)) changed = true;
      kept.push(next);
    }
    return { slice, kept, changed };
  });
  const rest = [...wanted.values()];
  const byUse = bins
    .filter((bin) => bin.kept.length < MAX_ENDPOINTS)
    .sort((a, b) => Number(b.changed) - Number(a.changed) || b.kept.length - a.kept.length);
  for (const bin of byUse) {
    if (rest.length === 0) break;
    bin.kept.push(...rest.splice(0, MAX_ENDPOINTS - bin.kept.length));
    bin.changed = true;
  }
  while (rest.length > 0) create.push(newSlice(service, group, rest.splice(0, MAX_ENDPOINTS), labels));
  const empty = group.endpoints.length === 0;
  if (empty && bins.length === 0) create.push(newSlice(service, group, [], labels));
  bins.forEach((bin, index) => {
    if (bin.kept.length === 0 && !(empty && index === 0)) remove.add(bin.slice);
    else if (bin.changed) update.push(filled(bin.slice, bin.kept, labels));
  });
}

/** The service's own labels, without those with a meaning of their own. */
function labelsOf(service: Service): Record<string, string> {
  const {
    [HEADLESS_LABEL]: _,
    [SERVICE_NAME_LABEL]: __,
    [MANAGED_BY_LABEL]: ___,
    ...own
  } = service.metadata.labels ?? {};
  const headless =
    service.spec.clusterIP === undefined || service.spec.clusterIP === 'None' || service.spec.clusterIP === '';
  return {
    ...own,
    ...(headless ? { [HEADLESS_LABEL]: '' } : {}),
    [SERVICE_NAME_LABEL]: service.metadata.name ?? '',
    [MANAGED_BY_LABEL]: MANAGER,
  };
}

function filled(slice: EndpointSlice, endpoints: readonly Endpoint[], labels: Record<string, string>): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels }, endpoints };
}

function newSlice(
  service: Service,
  group: EndpointGroup,
  endpoints: readonly Endpoint[],
  labels: Record<string, string>,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      ...(service.metadata.namespace === undefined ? {} : { namespace: service.metadata.namespace }),
      labels,
      ownerReferences: [controllerReference(service, { apiVersion: 'v1', kind: 'Service' })],
    },
    addressType: group.addressType,
    endpoints: endpoints.length === 0 ? null : endpoints,
    ports: group.ports.length === 0 && endpoints.length === 0 ? null : group.ports,
  };
}
