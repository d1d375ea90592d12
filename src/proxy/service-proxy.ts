import type { Clock } from '../base/clock.ts';
import type { EventRecorder } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { keyOf, objectKey } from '../client/meta.ts';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../client/resources.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Place } from './candidates.ts';
import { OpenPort } from './open-port.ts';
import { type ListenerPlan, type ProxyWorld, planService, SERVICE_NAME_LABEL, strayAddresses } from './plan.ts';
import type { Sockets } from './sockets.ts';

/** Slices by `namespace/service`. */
const BY_SERVICE = 'proxied-service';
const ZONE = 'topology.kubernetes.io/zone';

export interface ServiceProxyOptions {
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly sockets: Sockets;
  readonly world: ProxyWorld;
  /** Who may use cluster addresses. Whatever else reaches the machine may not. */
  readonly clients: (address: string) => boolean;
  readonly recorder: EventRecorder;
}

export interface ServiceProxy {
  /** Listens for all Services there are; from then on follows every change at once. */
  start(): Promise<void>;
  /** Closes every listener and connection. */
  stop(): void;
}

/** Makes addresses of Services lead to their endpoints (node.md 10.2): TCP and UDP relayed by this process. */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  return new UserspaceProxy(options);
}

class UserspaceProxy implements ServiceProxy {
  readonly #options: ServiceProxyOptions;
  /** By `namespace/name`, what each Service has open. */
  readonly #open = new Map<string, Map<string, OpenPort>>();
  #deaf: (() => void)[] = [];

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { informers } = this.#options;
    const services = informers.informer(SERVICES);
    const slices = informers.informer(ENDPOINT_SLICES);
    slices.addIndex(BY_SERVICE, (slice) => {
      const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
      return service === undefined ? [] : [objectKey(slice.metadata.namespace, service)];
    });
    await Promise.all([services.start(), slices.start(), informers.informer(PODS).start()]);
    const changed = (service: KubeObject): void => this.#sync(keyOf(service), service);
    const sliceChanged = (slice: KubeObject): void => {
      const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
      const service = name === undefined ? undefined : services.get(slice.metadata.namespace, name);
      if (service !== undefined) changed(service);
    };
    this.#deaf = [
      services.on({
        add: (service) => {
          this.#tellStray(service);
          changed(service);
        },
        update: (service, previous) => {
          if (service.spec !== previous.spec || service.metadata.labels !== previous.metadata.labels) changed(service);
        },
        delete: (service) => this.#sync(keyOf(service), null),
      }),
    ];
    // Each Service has been read with all its slices: only what changes from here on is news.
    let known = false;
    this.#deaf.push(
      slices.on({
        add: (slice) => known && sliceChanged(slice),
        update: (slice, previous) => {
          if (slice.metadata.labels?.[SERVICE_NAME_LABEL] !== previous.metadata.labels?.[SERVICE_NAME_LABEL])
            sliceChanged(previous);
          sliceChanged(slice);
        },
        delete: sliceChanged,
      }),
    );
    known = true;
  }

  stop(): void {
    for (const stop of this.#deaf) stop();
    this.#deaf = [];
    for (const ports of this.#open.values()) for (const port of ports.values()) port.close();
    this.#open.clear();
    this.#options.sockets.destroy();
  }

  #sync(key: string, service: KubeObject | null): void {
    const { informers, world } = this.#options;
    const slices = informers.informer(ENDPOINT_SLICES).byIndex(BY_SERVICE, key);
    const wanted = service === null ? [] : planService(service, slices, world);
    const ports = this.#open.get(key) ?? new Map<string, OpenPort>();
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, port] of ports) {
      if (ids.has(id)) continue;
      port.close();
      ports.delete(id);
    }
    for (const plan of wanted) {
      const port = ports.get(plan.id);
      if (port !== undefined) port.update(plan);
      else ports.set(plan.id, this.#openPort(plan, key));
    }
    if (ports.size > 0) this.#open.set(key, ports);
    else this.#open.delete(key);
  }

  #openPort(plan: ListenerPlan, key: string): OpenPort {
    const { clients } = this.#options;
    return new OpenPort(plan, this.#options, {
      admits: (client) => plan.scope === 'node' || clients(client),
      place: (client) => this.#placeOf(client),
      failed: (error) => this.#tellFailure(plan, key, error),
    });
  }

  #tellFailure({ address, port, protocol }: ListenerPlan, key: string, error: NodeJS.ErrnoException): void {
    const service = this.#options.informers.informer(SERVICES).byKey(key);
    if (service === undefined) return;
    const why =
      error.code === 'EACCES'
        ? 'ports below 1024 need root, or the sysctl net.ipv4.ip_unprivileged_port_start=0'
        : error.code === 'EADDRINUSE'
          ? 'another program of this machine has the port; it is tried again'
          : error.message;
    const message = `cannot listen on ${address}:${port}/${protocol}: ${why}`;
    this.#options.recorder.event(service, 'Warning', 'FailedToListen', message);
  }

  /** Only asked for Services that care: their clients are looked for among the pods. */
  #placeOf(client: string): Place | null {
    const { informers } = this.#options;
    const pod = informers
      .informer(PODS)
      .list()
      .find(({ spec, status }) => status?.podIP === client && spec?.hostNetwork !== true && isRunning(status?.phase));
    const node: string | undefined = pod?.spec.nodeName;
    if (node === undefined) return null;
    return { node, zone: informers.informer(NODES).get(undefined, node)?.metadata.labels?.[ZONE] ?? null };
  }

  #tellStray(service: KubeObject): void {
    for (const address of strayAddresses(service, this.#options.world)) {
      this.#options.recorder.event(
        service,
        'Warning',
        'ClusterIPOutOfRange',
        `Cluster IP [IPv4]:${address} is not within any configured Service CIDR; please recreate service`,
      );
    }
  }
}

const isRunning = (phase: string | undefined): boolean => phase !== 'Succeeded' && phase !== 'Failed';
