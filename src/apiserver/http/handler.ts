import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UserInfo } from '../../schema/kind.ts';
import { forbidden, StatusError } from '../../schema/status.ts';
import { impersonated } from '../authentication/impersonation.ts';
import { type AccessRequest, refusalText } from '../authorization/attributes.ts';
import type { Rbac } from '../authorization/rbac.ts';
import type { Core } from '../core.ts';
import { subresourcesOf, verbsOf } from '../discovery/resource-list.ts';
import type { RequestObserver } from '../metrics/request-observer.ts';
import type { ServedKind } from '../registry.ts';
import { type RequestInfo, requestInfo } from '../request-info.ts';
import { refuseUpgrade } from '../streaming/http-answer.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { NonResourceHandler } from './non-resource.ts';
import type { ApiRequest } from './request.ts';
import { noSuchResource, notAllowed, type ResourceHandler } from './resource-handler.ts';
import { type CommonHeaders, sendStatus, sendText, statusOf, Warnings } from './respond.ts';
import type { StreamingHandler } from './streaming-handler.ts';

export interface HandlerParts {
  readonly core: Core;
  readonly identity: Identity;
  readonly rbac: Rbac;
  readonly common: CommonHeaders;
  readonly resources: ResourceHandler;
  readonly nonResources: NonResourceHandler;
  readonly streaming: StreamingHandler;
  readonly observer: RequestObserver;
}

const SWITCHING_PROTOCOLS = 101;
const NO_QUERY = new URLSearchParams();
/** HEAD and OPTIONS are known verbs of no resource. */
const SILENT_METHODS: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The way of every request: request-info, authentication, authorization, then who serves it (design 2). */
export class RequestHandler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  async handle(exchange: Exchange): Promise<void> {
    const warnings = new Warnings();
    let answered: (() => void) | null = null;
    try {
      const request = this.#request(exchange, warnings);
      answered = this.#parts.observer.begin(exchange, request.info);
      const user = this.#parts.identity.of(exchange);
      request.user = user instanceof Promise ? await user : user;
      this.#authorizeRequest(request);
      if (request.info.resourceRequest) await this.#resource(request);
      else await this.#parts.nonResources.handle(request);
    } catch (error) {
      sendStatus(exchange, this.#parts.common.make('application/json', warnings), statusOf(error));
    }
    answered?.();
  }

  /** An HTTP/1.1 upgrade: exec, attach or port-forward, else refused. */
  async upgrade(exchange: Exchange, message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const request = this.#request(exchange, new Warnings());
      const user = this.#parts.identity.of(exchange);
      request.user = user instanceof Promise ? await user : user;
      this.#authorizeRequest(request);
      const kind = request.info.resourceRequest ? this.#kindOf(request.info) : null;
      if (kind === null) throw noSuchResource();
      if (request.info.verb === 'get') this.#require(request, 'create');
      exchange.code = SWITCHING_PROTOCOLS;
      this.#parts.observer.begin(exchange, request.info)();
      await this.#parts.streaming.upgrade(kind, request, message, socket, head);
    } catch (error) {
      exchange.code = statusOf(error).code ?? 500;
      refuseUpgrade(socket, error);
    }
  }

  #request(exchange: Exchange, warnings: Warnings): ApiRequest & { user: UserInfo } {
    const { url } = exchange;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
    const info = requestInfo(exchange.method, path, query);
    const request = {
      exchange,
      info,
      query,
      warnings,
      user: { name: '', groups: [] } as UserInfo,
      headers: (contentType: string) => this.#parts.common.make(contentType, warnings),
      authorize: (verb: string, resource: { group: string; resource: string; subresource: string; name: string }) =>
        this.#check({ ...accessOf(info, request.user), verb, ...resource }),
    };
    return request;
  }

  #authorizeRequest(request: ApiRequest & { user: UserInfo }): void {
    const { info, exchange } = request;
    const { user: _user, ...asked } = accessOf(info, request.user);
    request.user = impersonated(
      request.user,
      exchange.headers,
      asked,
      (access) => this.#parts.rbac.authorize(access).allowed,
    );
    this.#check(accessOf(info, request.user));
  }

  #check(access: AccessRequest): void {
    const verdict = this.#parts.rbac.authorize(access);
    if (verdict.allowed) return;
    const text = refusalText(access, verdict.reason);
    if (!access.resourceRequest) throw new StatusError(403, 'Forbidden', `forbidden: ${text}`, {});
    throw forbidden({ group: access.group, resource: access.resource }, access.name, text);
  }

  #require(request: ApiRequest, verb: string): void {
    this.#check({ ...accessOf(request.info, request.user), verb });
  }

  #kindOf(info: RequestInfo): ServedKind | null {
    return this.#parts.core.kinds.find(info.group, info.version, info.resource);
  }

  async #resource(request: ApiRequest): Promise<void> {
    const { info, exchange } = request;
    const kind = this.#kindOf(info);
    if (kind === null) {
      const { kinds } = this.#parts.core;
      if (kinds.hasGroup(info.group)) throw noSuchResource();
      sendText(exchange, request.headers('text/plain'), 404, '404 page not found\n');
      return;
    }
    this.#checkScope(kind, info);
    if (SILENT_METHODS.has(exchange.method)) throw notAllowed();
    if (kind.definition.deprecation !== undefined) request.warnings.add(kind.definition.deprecation);
    if (info.subresource === '') {
      if (info.rest !== '') throw noSuchResource();
      if (!allowedOnMain(kind, info)) throw notAllowed();
      await this.#parts.resources.handle(kind, request);
      return;
    }
    const sub = subresourcesOf(kind).find(([name]) => name === info.subresource)?.[1];
    if (sub === undefined || (info.rest !== '' && info.subresource !== 'proxy')) throw noSuchResource();
    if (!sub.verbs.includes(info.verb)) throw notAllowed();
    if (await this.#parts.streaming.handle(kind, request)) return;
    await this.#parts.resources.handle(kind, request);
  }

  /** Cluster-scoped kinds under a namespace, and objects of namespaced kinds outside one, are not there. */
  #checkScope(kind: ServedKind, info: RequestInfo): void {
    if (info.namespace === '.' || info.namespace === '..') {
      throw new StatusError(500, '', `invalid key: "/${info.resource}/${info.namespace}"`);
    }
    if (info.name.includes('/') && info.subresource !== 'proxy') throw noSuchResource();
    const isNamespace = kind.prefix === 'core/namespaces/';
    if (!kind.definition.namespaced && info.namespace !== '' && !isNamespace) throw noSuchResource();
    const single = info.verb !== 'list' && info.verb !== 'watch' && info.name !== '';
    if (kind.definition.namespaced && info.namespace === '' && single) throw noSuchResource();
  }
}

function allowedOnMain(kind: ServedKind, info: RequestInfo): boolean {
  if (!verbsOf(kind).includes(info.verb as never)) return false;
  // POST is for the collection; PUT and PATCH for one object.
  if (info.verb === 'create') return info.name === '' && (!kind.definition.namespaced || info.namespace !== '');
  if (info.verb === 'update' || info.verb === 'patch') return info.name !== '';
  return info.verb !== 'deletecollection' || !kind.definition.namespaced || info.namespace !== '';
}

function accessOf(info: RequestInfo, user: UserInfo): AccessRequest {
  const { verb, resourceRequest, group, resource, subresource, namespace, name, path } = info;
  return { user, verb, resourceRequest, group, resource, subresource, namespace, name, path };
}
