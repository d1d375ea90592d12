import { type Core, lookup, lookupAll } from '../core.ts';
import type { Hook } from './hooks.ts';
import { CallFailed } from './review.ts';
import type { Address } from './transport.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const SIMULATED = /^perdure-simulated:/;

interface Slice {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
    readonly nodeName?: string;
  }[];
}

/** Pods that only exist in memory have addresses that may be somebody else's outside. */
function isReal(core: Core, nodeName: string | undefined): boolean {
  if (nodeName === undefined) return true;
  const info = lookup(core, 'nodes', '', '', nodeName)?.status?.nodeInfo;
  return info !== undefined && !SIMULATED.test(info.containerRuntimeVersion ?? '');
}

function endpointOf(
  core: Core,
  namespace: string,
  name: string,
  portName: string,
): { host: string; port: number } | null {
  const slices = lookupAll(core, 'endpointslices', 'discovery.k8s.io', namespace).filter(
    ({ metadata }) => metadata.labels?.[SERVICE_NAME] === name,
  ) as readonly (Slice & object)[];
  const ready = slices.flatMap(({ ports = [], endpoints = [] }) => {
    const port = ports.find((one) => (one.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return endpoints
      .filter(({ conditions, nodeName }) => conditions?.ready !== false && isReal(core, nodeName))
      .map(({ addresses }) => ({ host: addresses[0]!, port }));
  });
  return ready.length === 0 ? null : ready[Math.floor(core.random.float() * ready.length)]!;
}

/** Where a webhook is now. Throws CallFailed when its Service has nobody. */
export function addressOf(core: Core, { clientConfig, timeoutSeconds = 10 }: Hook): Address {
  const { url, service, caBundle } = clientConfig;
  const authority = caBundle === undefined ? null : Buffer.from(caBundle, 'base64').toString('utf8');
  const timed = (text: string): string => `${text}?timeout=${timeoutSeconds}s`;
  if (service === undefined) return { url: timed(url ?? ''), connect: null, authority };
  const { namespace, name, path = '', port = 443 } = service;
  const called = timed(`https://${name}.${namespace}.svc:${port}/${path.replace(/^\//, '')}`);
  const fail = (why: string): CallFailed => new CallFailed(`failed to call webhook: Post "${called}": ${why}`);
  const found = lookup(core, 'services', '', namespace, name);
  if (found === null) throw fail(`service "${name}" not found`);
  if (found.spec.type === 'ExternalName')
    return { url: called, connect: { host: found.spec.externalName, port }, authority };
  const ports: readonly { name?: string; port: number }[] = found.spec.ports ?? [];
  const asked = ports.find((one) => one.port === port);
  if (asked === undefined) throw fail(`no service port ${port} found for service "${name}"`);
  const connect = endpointOf(core, namespace, name, asked.name ?? '');
  if (connect === null) throw fail(`no endpoints available for service "${name}"`);
  return { url: called, connect, authority };
}
