import type { Endpoint } from './endpoints.ts';

export type TrafficPolicy = 'Cluster' | 'Local';

/** Where a connection comes from: the node of the client's pod. Unknown (null): from the machine, which is every node. */
export interface Place {
  readonly node: string;
  readonly zone: string | null;
}

/**
 * Endpoints a connection may go to, by the rules of kube-proxy (KEP-1669, KEP-2433, KEP-3015): ready ones; when there is
 * none, those that still serve while they end. `Local` keeps to the client's node, also for the fallback. Hints are
 * followed only when every ready endpoint has one and one of them is for the client.
 */
export function candidates(
  endpoints: readonly Endpoint[],
  policy: TrafficPolicy,
  from: Place | null,
): readonly Endpoint[] {
  if (policy === 'Local') {
    return readyElseDraining(endpoints.filter(({ node }) => node !== null && (from === null || node === from.node)));
  }
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length === 0 ? readyElseDraining(endpoints) : near(ready, from);
}

function readyElseDraining(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.draining);
}

function near(ready: readonly Endpoint[], from: Place | null): readonly Endpoint[] {
  if (from === null) return ready;
  if (ready.every(({ forNodes }) => forNodes !== null)) {
    const same = ready.filter(({ forNodes }) => forNodes!.includes(from.node));
    if (same.length > 0) return same;
  }
  if (from.zone === null || !ready.every(({ forZones }) => forZones !== null)) return ready;
  const same = ready.filter(({ forZones }) => forZones!.includes(from.zone!));
  return same.length > 0 ? same : ready;
}
