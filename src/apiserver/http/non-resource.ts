import { METRICS_TYPE } from '../../base/prometheus.ts';
import { StatusError } from '../../schema/status.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { VERSION } from '../discovery/version.ts';
import type { MetricsPages } from '../metrics/server-metrics.ts';
import type { KindRegistry } from '../registry.ts';
import { health, type Wellbeing } from './health.ts';
import { sendBody } from './list-body.ts';
import { negotiate, wantsPretty } from './negotiation.ts';
import type { OpenApiHandler } from './open-api.ts';
import type { ApiRequest } from './request.ts';
import { sendValue } from './resource-handler.ts';
import { sendText } from './respond.ts';

const NOT_FOUND = '404 page not found\n';
const OBJECT_METRICS = '/metrics/objects';

/** Everything that is no resource: discovery, OpenAPI, version, health, metrics. */
export class NonResourceHandler {
  readonly #discovery: Discovery;
  readonly #kinds: KindRegistry;
  readonly #wellbeing: Wellbeing;
  readonly #metrics: MetricsPages;
  #openApi: Promise<OpenApiHandler> | undefined;

  constructor(discovery: Discovery, kinds: KindRegistry, wellbeing: Wellbeing, metrics: MetricsPages) {
    this.#discovery = discovery;
    this.#kinds = kinds;
    this.#wellbeing = wellbeing;
    this.#metrics = metrics;
  }

  async handle(request: ApiRequest): Promise<void> {
    const { exchange, info, query } = request;
    const path = info.path;
    const answered = health(path, query, this.#wellbeing);
    if (answered !== null) {
      sendText(exchange, request.headers('text/plain'), answered.code, answered.text);
      return;
    }
    if (exchange.method !== 'GET') {
      sendText(exchange, request.headers('text/plain'), 404, NOT_FOUND);
      return;
    }
    if (path === '/version' || path === '/version/') {
      exchange.respond(200, request.headers('application/json'), Buffer.from(JSON.stringify(VERSION, null, 2)));
    } else if (path === '/metrics' || path === OBJECT_METRICS) {
      const text = path === OBJECT_METRICS ? await this.#metrics.objects() : await this.#metrics.own();
      sendBody(exchange, request.headers(METRICS_TYPE), 200, Buffer.from(text));
    } else if (path === '/') this.#root(request);
    else if (path.startsWith('/openapi/')) (await this.#openApiHandler()).handle(request);
    else this.#discover(request);
  }

  #root(request: ApiRequest): void {
    const groups = this.#kinds.all().map((kind) => kind.apiVersion);
    const paths = new Set([
      '/api',
      '/api/v1',
      '/apis',
      '/healthz',
      '/livez',
      '/metrics',
      OBJECT_METRICS,
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ]);
    for (const version of groups) {
      if (!version.includes('/')) continue;
      paths.add(`/apis/${version.slice(0, version.indexOf('/'))}`);
      paths.add(`/apis/${version}`);
    }
    const format = negotiate(request.exchange.headers.accept, false);
    sendValue(request, 200, { paths: [...paths].sort() }, format);
  }

  /** Its documents and the words in them are loaded when the first client asks. */
  #openApiHandler(): Promise<OpenApiHandler> {
    this.#openApi ??= import('./open-api.ts').then(({ OpenApiHandler }) => new OpenApiHandler(this.#kinds));
    return this.#openApi;
  }

  #discover(request: ApiRequest): void {
    const { exchange, info } = request;
    const answer = this.#discovery.answer(info.path, exchange.headers.accept, exchange.host);
    if (answer === null) {
      this.#unknown(request);
      return;
    }
    const headers = request.headers(answer.contentType);
    if (answer.etag !== null) {
      headers.etag = answer.etag;
      headers.vary = 'Accept';
      headers['cache-control'] = 'public';
      if (exchange.headers['if-none-match'] === answer.etag) {
        exchange.respond(304, headers, null);
        return;
      }
    }
    const format = wantsPretty(negotiate(undefined), request.query.get('pretty'), exchange.headers['user-agent']);
    const body = format ? Buffer.from(`${JSON.stringify(JSON.parse(answer.body.toString()), null, 2)}\n`) : answer.body;
    sendBody(exchange, headers, 200, body);
  }

  /** Versions of a served group that are not served answer as a resource would; the rest is no page of ours. */
  #unknown(request: ApiRequest): void {
    const [root, group = ''] = request.info.path.split('/').filter((part) => part !== '');
    if (root === 'api' || (root === 'apis' && group !== '' && this.#kinds.hasGroup(group))) {
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
    }
    sendText(request.exchange, request.headers('text/plain'), 404, NOT_FOUND);
  }
}
