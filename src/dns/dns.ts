import type { InformerFactory } from '../client/informer-factory.ts';
import { ENDPOINT_SLICES, SERVICES } from '../client/resources.ts';
import type { DnsServer } from './server.ts';
import { Zone } from './zone.ts';

export interface DnsOptions {
  readonly informers: InformerFactory;
  /** Cluster domain, `cluster.local` when left out. */
  readonly domain?: string;
}

export interface Dns {
  readonly zone: Zone;
  /** Resolves once Services and EndpointSlices have been read. */
  start(): Promise<void>;
  /** Serves the zone on an address, UDP and TCP; port 0 takes a free one. May be called for several addresses. */
  serve(address: string, port: number): Promise<DnsServer>;
  stop(): Promise<void>;
}

/** Cluster DNS: the zone follows the informers, push by push; servers answer from it. */
export function createDns(options: DnsOptions): Dns {
  const zone = new Zone(options.domain);
  const { informers } = options;
  const services = informers.informer(SERVICES);
  const slices = informers.informer(ENDPOINT_SLICES);
  const servers: DnsServer[] = [];
  let deaf: (() => void)[] = [];
  return {
    zone,
    async start() {
      deaf = [
        services.on({
          add: (service) => zone.setService(service),
          update: (service, previous) => {
            if (service.spec !== previous.spec) zone.setService(service);
          },
          delete: (service) => zone.removeService(service),
        }),
        slices.on({
          add: (slice) => zone.setSlice(slice),
          update: (slice) => zone.setSlice(slice),
          delete: (slice) => zone.removeSlice(slice),
        }),
      ];
      await Promise.all([services.start(), slices.start()]);
    },
    async serve(address, port) {
      const { serveDns } = await import('./server.ts');
      const server = await serveDns(zone, { address, port });
      servers.push(server);
      return server;
    },
    async stop() {
      for (const stop of deaf) stop();
      deaf = [];
      await Promise.all(servers.splice(0).map((server) => server.close()));
    },
  };
}
