import type { AllocationRanges } from '../api/core/service-allocation.ts';
import { DEFAULT_RANGES } from '../api/core/service-allocation.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { FeatureGates, KindDefinition, UserInfo } from '../schema/kind.ts';
import type { Store } from '../store/store.ts';
import { AdmissionChain } from './admission/chain.ts';
import { DEFAULT_PLUGINS } from './admission/plugins.ts';
import { Authentication } from './authentication/authentication.ts';
import { ServiceAccountTokens, type TokenIssuer } from './authentication/service-account-tokens.ts';
import { Rbac } from './authorization/rbac.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { EventExpiry } from './bootstrap/event-expiry.ts';
import { bootstrapObjects } from './bootstrap/objects.ts';
import type { Core } from './core.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import { Discovery } from './discovery/discovery.ts';
import { subresourcesOf } from './discovery/resource-list.ts';
import { FlushQueue } from './http/flush.ts';
import { RequestHandler } from './http/handler.ts';
import { Identity } from './http/identity.ts';
import type { Listener, ListenOptions } from './http/listener.ts';
import { NonResourceHandler } from './http/non-resource.ts';
import { ResourceHandler } from './http/resource-handler.ts';
import { CommonHeaders } from './http/respond.ts';
import { StreamingHandler } from './http/streaming-handler.ts';
import { httpsPost } from './http/webhook-post.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { RequestObserver } from './metrics/request-observer.ts';
import type { MetricsPages, ProcessStats, ServerMetrics } from './metrics/server-metrics.ts';
import { KindRegistry } from './registry.ts';
import { Allocations } from './resources/allocation.ts';
import { Resources } from './resources/resources.ts';
import { Reviews } from './resources/reviews.ts';
import type { NodeDirectory } from './streaming/node-endpoint.ts';
import type { Post } from './webhooks/transport.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface ApiServerOptions {
  readonly store: Store;
  readonly kinds: readonly KindDefinition[];
  readonly clock: Clock;
  readonly random: Random;
  readonly gates?: FeatureGates;
  /** False: only apply keeps metadata.managedFields, which are most of an object. Default true, as upstream. */
  readonly managedFields?: boolean;
  /** How webhooks are asked; default: over HTTPS. */
  readonly webhookPost?: Post;
  /** IPv4 range of Services and range of node ports. Default 10.96.0.0/16 and 30000-32767. */
  readonly ranges?: AllocationRanges;
  /** Agents of the nodes, for logs, exec and the like. */
  readonly nodes?: NodeDirectory;
  /** Users by static bearer token. */
  readonly tokens?: Readonly<Record<string, UserInfo>>;
  /** Signs service-account tokens; without it there are none. */
  readonly tokenIssuer?: TokenIssuer;
  /** What the operating system says of this process, for `/metrics`. */
  readonly processStats?: () => ProcessStats;
  /** Where the `kubernetes` Service leads. Default 127.0.0.1:6443. */
  readonly advertised?: { readonly address: string; readonly port: number };
}

/** First usable address of a range: that of the `kubernetes` Service. */
export function firstAddress(cidr: string): string {
  const [base = ''] = cidr.split('/');
  const bytes = base.split('.').map(Number);
  bytes[3] = (bytes[3] ?? 0) + 1;
  return bytes.join('.');
}

/**
 * The API server. `start` makes a store usable (bootstrap objects, custom kinds); then `resources` serves in-process
 * callers and `listen` opens the HTTPS port.
 *
 * @example
 * const server = new ApiServer({ store, kinds: KINDS, clock: systemClock, random: systemRandom });
 * await server.start();
 * const client = new LocalClient(server.resources, admin);
 */
export class ApiServer {
  readonly core: Core;
  readonly resources: Resources;
  readonly authentication: Authentication;
  readonly #options: ApiServerOptions;
  readonly #rbac: Rbac;
  readonly #handler: RequestHandler;
  readonly #verbs: ResourceHandler;
  readonly #customResources: CustomResources;
  readonly #events: EventExpiry | null;
  #listener: Listener | null = null;
  #started = false;
  #closing = false;
  #storeFailed = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { store, clock, random } = options;
    const ranges = options.ranges ?? DEFAULT_RANGES;
    this.#rbac = new Rbac(store);
    const core: Core = {
      store,
      kinds: new KindRegistry(options.kinds),
      clock,
      random,
      gates: options.gates ?? {},
      admission: new AdmissionChain(DEFAULT_PLUGINS),
      webhooks: new Webhooks(options.webhookPost ?? httpsPost(clock)),
      allocations: new Allocations(ranges),
      rbac: this.#rbac,
      managedFields: options.managedFields ?? true,
    };
    this.core = core;
    const accounts =
      options.tokenIssuer === undefined ? null : new ServiceAccountTokens(options.tokenIssuer, store, clock);
    this.authentication = new Authentication(options.tokens ?? {}, accounts);
    this.resources = new Resources(core, new Reviews(this.#rbac, this.authentication));
    this.#verbs = new ResourceHandler(this.resources, new FlushQueue(clock), options.nodes ?? (() => null));
    this.#handler = this.#makeHandler();
    this.#customResources = new CustomResources(core);
    const events = core.kinds.find('', 'v1', 'events');
    this.#events = events === null ? null : new EventExpiry(core, events);
  }

  #makeHandler(): RequestHandler {
    const { core } = this;
    const requests = new RequestMetrics(({ group, version, resource, subresource }) => {
      const kind = core.kinds.find(group, version, resource);
      if (kind === null) return false;
      return subresource === '' || subresourcesOf(kind).some(([name]) => name === subresource);
    });
    const metrics: ServerMetrics = { requests, process: this.#options.processStats };
    const wellbeing = {
      storeWorks: () => !this.#storeFailed,
      started: () => this.#started,
      closing: () => this.#closing,
    };
    const pages: MetricsPages = {
      own: async () => (await import('./metrics/exposition.ts')).exposition(core, metrics),
      objects: async () => (await import('./metrics/object-state.ts')).objectState(core),
    };
    return new RequestHandler({
      core,
      identity: new Identity(this.authentication),
      rbac: this.#rbac,
      common: new CommonHeaders(core),
      resources: this.#verbs,
      nonResources: new NonResourceHandler(new Discovery(core.kinds), core.kinds, wellbeing, pages),
      observer: new RequestObserver(requests, core.clock),
      streaming: new StreamingHandler(core, this.resources, this.#options.nodes ?? (() => null)),
    });
  }

  /** Makes the store a cluster's: custom kinds are served, allocations known, bootstrap objects there. */
  async start(): Promise<void> {
    const { core } = this;
    const ranges = this.#options.ranges ?? DEFAULT_RANGES;
    core.allocations.restore(core.store);
    await this.#customResources.start();
    const { address, port } = this.#options.advertised ?? { address: '127.0.0.1', port: 6443 };
    await bootstrap(core, bootstrapObjects(address, port, firstAddress(ranges.serviceCidr)));
    this.#events?.start();
    this.#started = true;
  }

  /** Opens the HTTPS port; resolves with the port once it is open. */
  async listen(options: ListenOptions): Promise<number> {
    const { Listener: Opened } = await import('./http/listener.ts');
    this.#listener = await Opened.open(this.#handler, options);
    return this.#listener.port;
  }

  /** Tells health checks that the store takes no more writes. */
  reportStoreFailure(): void {
    this.#storeFailed = true;
  }

  /** Ends watches and connections. The store stays open: it is the caller's. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#events?.stop();
    this.#customResources.stop();
    this.#verbs.closeStreams();
    await this.#listener?.close();
  }
}
