import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import { unreachableNode } from './logs.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { nodeOf } from './query.ts';

export interface ProxyRequest {
  readonly method: string;
  /** Path and query for the program in the pod, beginning with `/`. */
  readonly path: string;
  /** Of the client; pseudo headers and those of one hop are left out. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
  readonly pod: KubeObject;
  readonly port: number;
  readonly endpoint: NodeEndpoint | null;
}

export interface ProxyAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

const ONE_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Credentials of the API server are none of the pod's business. */
const PRIVATE = new Set(['authorization', 'x-remote-user', 'x-remote-group']);

/** `name`, `name:port` or `scheme:name:port`, the address forms of pods/proxy and services/proxy; null for others. */
export function parseProxyName(
  text: string,
): { readonly scheme: string; readonly name: string; readonly port: string } | null {
  const parts = text.split(':');
  if (parts.length === 1) return { scheme: '', name: parts[0]!, port: '' };
  if (parts.length === 2) return { scheme: '', name: parts[0]!, port: parts[1]! };
  if (parts.length === 3 && ['', 'http', 'https'].includes(parts[0]!))
    return { scheme: parts[0]!, name: parts[1]!, port: parts[2]! };
  return null;
}

/** Forwards one plain HTTP request to a port of a pod. Throws 400 for a pod without address and 503 when nobody answers. */
export async function handleProxy(ask: ProxyRequest): Promise<ProxyAnswer> {
  const node = nodeOf(ask.pod);
  const address = (ask.pod.status as { readonly podIP?: string } | undefined)?.podIP ?? '';
  if (node === '' || address === '') throw badRequest('address not allowed');
  if (ask.endpoint === null) throw unreachableNode(node);
  try {
    return await exchange(ask, await ask.endpoint.connect(ask.pod, ask.port), `${address}:${ask.port}`);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`);
  }
}

function exchange(ask: ProxyRequest, connection: Duplex, host: string): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      method: ask.method,
      path: ask.path,
      headers: { ...passedOn(ask.headers), host, connection: 'close' },
      createConnection: () => connection,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !ONE_HOP.has(name)));
      resolve({ code: incoming.statusCode ?? 502, headers, body: incoming });
    });
    ask.body.once('error', () => outgoing.destroy());
    ask.body.pipe(outgoing);
  });
}

function passedOn(headers: ProxyRequest['headers']): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (value === undefined || key.startsWith(':') || ONE_HOP.has(key) || PRIVATE.has(key) || key === 'host') continue;
    out[key] = typeof value === 'string' ? value : [...value];
  }
  return out;
}
