import type { KubeObject } from '../schema/object.ts';

/** One endpoint of one port of a Service, as the proxy judges it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Node it is on; null when its slice does not say. */
  readonly node: string | null;
  readonly ready: boolean;
  /** Answers although it is about to end: what traffic falls back to when nobody is ready. */
  readonly draining: boolean;
  /** Where traffic should come from (hints), null without one. */
  readonly forZones: readonly string[] | null;
  readonly forNodes: readonly string[] | null;
}

interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly nodeName?: string;
  readonly hints?: { readonly forZones?: readonly { name: string }[]; readonly forNodes?: readonly { name: string }[] };
}

interface SlicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}

const names = (hints: readonly { readonly name: string }[] | undefined): readonly string[] | null =>
  hints === undefined || hints.length === 0 ? null : hints.map(({ name }) => name);

/** Conditions that are not said have the meaning of discovery.k8s.io/v1: ready, serving as ready, not terminating. */
function endpointOf(from: SliceEndpoint, port: number): Endpoint {
  const { ready = true, terminating = false, serving = ready } = from.conditions ?? {};
  return {
    address: from.addresses?.[0] ?? '',
    port,
    node: from.nodeName ?? null,
    ready,
    draining: serving && terminating,
    forZones: names(from.hints?.forZones),
    forNodes: names(from.hints?.forNodes),
  };
}

/**
 * Endpoints of a Service port out of its slices: those of the port's name and protocol, each address and port once.
 * `here` says whether endpoints of a node are real: those of a node that is only played lead nowhere.
 */
export function endpointsOf(
  wanted: { readonly name: string; readonly protocol: string },
  slices: Iterable<KubeObject>,
  here: (node: string) => boolean,
): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const { name = '', protocol = 'TCP', port } of (slice.ports ?? []) as readonly SlicePort[]) {
      if (name !== wanted.name || protocol !== wanted.protocol || port === undefined) continue;
      for (const each of (slice.endpoints ?? []) as readonly SliceEndpoint[]) {
        const endpoint = endpointOf(each, port);
        if (endpoint.address === '' || (endpoint.node !== null && !here(endpoint.node))) continue;
        const key = `${endpoint.address}:${port}`;
        // While an endpoint moves from one slice to another it is in both: the one that is ready is the newer.
        if (found.get(key)?.ready !== true) found.set(key, endpoint);
      }
    }
  }
  return [...found.values()];
}
