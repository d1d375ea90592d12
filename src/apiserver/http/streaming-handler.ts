import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { randomInt } from '../../base/random.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import { type Core, lookupAll } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import type { Resources } from '../resources/resources.ts';
import type { NodeDirectory, NodeEndpoint } from '../streaming/node-endpoint.ts';
import type { StreamingSubresource } from '../streaming/upgrade.ts';
import { sendBody } from './list-body.ts';
import type { ApiRequest } from './request.ts';
import { noSuchResource } from './resource-handler.ts';
import { sendText } from './respond.ts';

const UPGRADES: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);

/** Subresources that lead to a node: log, exec, attach, port-forward, proxy. Their code is loaded when first asked for. */
export class StreamingHandler {
  readonly #core: Core;
  readonly #resources: Resources;
  readonly #nodes: NodeDirectory;

  constructor(core: Core, resources: Resources, nodes: NodeDirectory) {
    this.#core = core;
    this.#resources = resources;
    this.#nodes = nodes;
  }

  /** True when the request was one of these and has been answered. */
  async handle(kind: ServedKind, request: ApiRequest): Promise<boolean> {
    const { subresource } = request.info;
    if (subresource === 'proxy') {
      await this.#proxy(kind, request);
      return true;
    }
    if (kind.definition.kind !== 'Pod') return false;
    if (subresource === 'log') {
      await this.#log(kind, request);
      return true;
    }
    if (!UPGRADES.has(subresource)) return false;
    const { withoutUpgrade } = await import('../streaming/upgrade.ts');
    const pod = this.#pod(kind, request);
    throw withoutUpgrade({
      pod,
      subresource: subresource as StreamingSubresource,
      query: request.query,
      endpoint: this.#endpoint(pod),
    });
  }

  /** Serves an upgrade on its socket. Throws when there is nothing to upgrade to. */
  async upgrade(
    kind: ServedKind,
    request: ApiRequest,
    message: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { subresource } = request.info;
    if (kind.definition.kind !== 'Pod' || !UPGRADES.has(subresource))
      throw badRequest('unable to upgrade this request');
    const { handleUpgrade } = await import('../streaming/upgrade.ts');
    const pod = this.#pod(kind, request);
    await handleUpgrade({
      pod,
      subresource: subresource as StreamingSubresource,
      query: request.query,
      endpoint: this.#endpoint(pod),
      request: message,
      socket,
      head,
      clock: this.#core.clock,
    });
  }

  #pod(kind: ServedKind, request: ApiRequest): KubeObject {
    return this.#resources.get(kind, request.info.namespace, request.info.name).value;
  }

  #endpoint(pod: KubeObject): NodeEndpoint | null {
    const node: string = pod.spec?.nodeName ?? '';
    return node === '' ? null : this.#nodes(node);
  }

  async #log(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { handleLog } = await import('../streaming/logs.ts');
    const pod = this.#pod(kind, request);
    const stream = await handleLog({ pod, query: request.query, endpoint: this.#endpoint(pod) });
    const { exchange } = request;
    if (stream === null) {
      const headers = request.headers('text/plain');
      delete headers['content-type'];
      exchange.respond(204, headers, null);
      return;
    }
    const out = exchange.stream(200, request.headers('text/plain'));
    exchange.onClose(() => stream.destroy());
    stream.on('data', (chunk: Buffer) => {
      if (out.write(chunk)) return;
      stream.pause();
      out.drained(() => stream.resume());
    });
    stream.once('end', () => out.end());
    stream.once('error', () => out.destroy());
  }

  async #proxy(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { handleProxy, parseProxyName } = await import('../streaming/proxy.ts');
    const address = parseProxyName(request.info.name);
    if (address === null) throw badRequest(`invalid proxy name ${JSON.stringify(request.info.name)}`);
    if (kind.definition.kind === 'Node') return this.#nodePage(kind, request, address.name);
    const target =
      kind.definition.kind === 'Service'
        ? this.#serviceTarget(request, address)
        : this.#podTarget(kind, request, address);
    const { exchange, info } = request;
    const mark = exchange.url.indexOf('?');
    const answer = await handleProxy({
      method: exchange.method,
      path: (info.rest === '' ? '/' : info.rest) + (mark < 0 ? '' : exchange.url.slice(mark)),
      headers: exchange.headers,
      body: exchange.input,
      pod: target.pod,
      port: target.port,
      endpoint: this.#endpoint(target.pod),
    });
    const headers = Object.fromEntries(
      Object.entries(answer.headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
    );
    const out = exchange.stream(answer.code, headers);
    exchange.onClose(() => answer.body.destroy());
    answer.body.on('data', (chunk: Buffer) => {
      if (out.write(chunk)) return;
      answer.body.pause();
      out.drained(() => answer.body.resume());
    });
    answer.body.once('end', () => out.end());
    answer.body.once('error', () => out.destroy());
  }

  /** What upstream forwards to the kubelet's own port. */
  async #nodePage(kind: ServedKind, request: ApiRequest, name: string): Promise<void> {
    const { exchange, info } = request;
    this.#resources.get(kind, '', name);
    const endpoint = this.#nodes(name);
    if (endpoint === null) {
      const why = `no node agent of this control plane serves node ${JSON.stringify(name)}`;
      throw new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`);
    }
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
      sendText(exchange, request.headers('text/plain'), 405, '405: Method Not Allowed\n');
      return;
    }
    const page = await endpoint.page(info.rest === '' ? '/' : info.rest);
    if (page === null) sendText(exchange, request.headers('text/plain'), 404, '404 page not found\n');
    else sendBody(exchange, request.headers(page.contentType), page.code, Buffer.from(page.body));
  }

  #podTarget(
    kind: ServedKind,
    request: ApiRequest,
    address: { name: string; port: string },
  ): { pod: KubeObject; port: number } {
    if (kind.definition.kind !== 'Pod') throw noSuchResource();
    const pod = this.#resources.get(kind, request.info.namespace, address.name).value;
    const declared: number | undefined = pod.spec?.containers?.[0]?.ports?.[0]?.containerPort;
    const port = address.port === '' ? (declared ?? 80) : Number(address.port);
    if (!Number.isInteger(port)) throw badRequest(`invalid port ${JSON.stringify(address.port)}`);
    return { pod, port };
  }

  /** A ready endpoint of the service, picked by chance. */
  #serviceTarget(request: ApiRequest, address: { name: string; port: string }): { pod: KubeObject; port: number } {
    const { core } = { core: this.#core };
    const namespace = request.info.namespace;
    const service = this.#resources.get(core.kinds.find('', 'v1', 'services')!, namespace, address.name).value;
    const slices = lookupAll(core, 'endpointslices', 'discovery.k8s.io', namespace).filter(
      (slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === address.name,
    );
    const wanted = (service.spec?.ports ?? []).find(
      (port: { name?: string; port: number }) =>
        address.port === '' || port.name === address.port || String(port.port) === address.port,
    );
    const found = slices.flatMap((slice) => {
      const port = (slice.ports ?? []).find((p: { name?: string }) => (p.name ?? '') === (wanted?.name ?? ''));
      if (port === undefined) return [];
      return (slice.endpoints ?? [])
        .filter(
          (e: { conditions?: { ready?: boolean }; targetRef?: object }) => e.conditions?.ready !== false && e.targetRef,
        )
        .map((e: { targetRef: { name: string } }) => ({ name: e.targetRef.name, port: port.port as number }));
    });
    if (found.length === 0) {
      throw new StatusError(
        503,
        'ServiceUnavailable',
        `no endpoints available for service ${JSON.stringify(request.info.name)}`,
      );
    }
    const picked = found[randomInt(core.random, found.length)]!;
    const pod = this.#resources.get(core.kinds.find('', 'v1', 'pods')!, namespace, picked.name).value;
    return { pod, port: picked.port };
  }
}
