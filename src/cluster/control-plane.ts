import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type AllocationRanges, DEFAULT_RANGES } from '../api/core/service-allocation.ts';
import { KINDS } from '../api/index.ts';
import { ApiServer } from '../apiserver/server.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { LocalClient } from '../client/local.ts';
import { createDns, type Dns } from '../dns/dns.ts';
import { type AgentManager, createAgentManager } from '../node/agent-manager.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import { serverCatalog } from './catalog.ts';
import { makeControllers } from './controllers.ts';
import type { Credentials } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import type { ClusterOptions } from './options.ts';
import { startOwnNodes } from './own-nodes.ts';
import type { ClusterNetwork } from './pod-network.ts';
import { processStats } from './process-stats.ts';
import { proxyServices } from './services.ts';
import { imaginaryVolumes, volumeDirectories } from './volume-directories.ts';

/** What a pod gets to end when Perdure stops, however long its own grace is. */
const LONGEST_GRACE_MS = 30_000;
export const MASTERS = ['system:masters', 'system:authenticated'];

/** What every part of a cluster is made from. */
export interface Parts {
  readonly options: ClusterOptions;
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly random: Random;
  readonly made: Credentials;
  /** Network of real pods; null where there are none. */
  readonly network: ClusterNetwork | null;
  /** Failures of controllers are told here. */
  readonly onError?: (controller: string, key: string, error: unknown) => void;
}

/** Service addresses are of the range the network has; the default where nothing listens on them. */
export function rangesOf(network: ClusterNetwork | null): AllocationRanges {
  return network === null ? DEFAULT_RANGES : { ...DEFAULT_RANGES, serviceCidr: network.serviceRange };
}

/** The API server of a cluster, not started yet. */
export function makeServer(
  { options, clock, random, made, network }: Parts,
  store: MemoryStore,
  port: number,
  nodes: AgentManager['directory'],
): ApiServer {
  return new ApiServer({
    store,
    kinds: KINDS,
    clock,
    random,
    gates: options.gates,
    nodes,
    ranges: rangesOf(network),
    advertised: { address: options.host, port },
    processStats: () => processStats(clock),
    tokens: { [made.administratorToken]: { name: 'kubernetes-admin', groups: ['system:masters'] } },
    tokenIssuer: {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      privateKey: createPrivateKey(made.serviceAccounts.privateKey),
      publicKey: createPublicKey(made.serviceAccounts.publicKey),
      algorithm: 'ES256',
    },
  });
}

export interface Planes {
  readonly dns: Dns;
  readonly manager: AgentManager;
  stop(): Promise<void>;
}

/** Controllers, scheduler, DNS and agents on a server that is up. */
export async function startPlanes(
  parts: Parts,
  server: ApiServer,
  port: number,
  bindManager: (manager: AgentManager) => void,
): Promise<Planes> {
  const { options, directory, clock, random, made, network } = parts;
  const as = (name: string, manager: string): Client =>
    new LocalClient(server.resources, { name, groups: MASTERS }, manager);
  const controllerClient = as('system:kube-controller-manager', 'kube-controller-manager');
  const informers = new InformerFactory(controllerClient, clock);
  const catalog = serverCatalog(
    () => server.core.kinds.all().map((kind) => kind.definition),
    (listener) => server.core.kinds.onChange(listener),
  );
  // Ephemeral concerns API objects only: real pods need real directories either way.
  const volumes =
    options.runtime === 'process'
      ? volumeDirectories(directory.ensure('volumes'), { hold: (volume) => manager.pauseUsers(volume) })
      : imaginaryVolumes;
  const events = new EventBroadcaster(controllerClient, clock);
  const controllers = makeControllers({
    client: controllerClient,
    informers,
    clock,
    random,
    events,
    gates: options.gates,
    catalog,
    volumes,
    rootCa: made.authority.certificate,
    nodeMonitorGraceMs: options.nodeMonitorGraceMs,
    provisionerAliases: options.provisionerAliases,
    ...(parts.onError === undefined ? {} : { hooks: { error: parts.onError } }),
  });
  const dns = createDns({ informers });
  const nodeClient = as('system:node', 'kubelet');
  const manager = createAgentManager({
    client: nodeClient,
    informers,
    clock,
    random,
    events,
    names: dns.zone,
    growFileSystem: volumes.growFileSystem,
    leaseMs: options.nodeLeaseMs,
    ...(options.simulateNodes === null ? {} : { simulateNodes: options.simulateNodes }),
  });
  bindManager(manager);
  const scheduler = createScheduler({
    client: as('system:kube-scheduler', 'kube-scheduler'),
    informers,
    clock,
    random,
    recorder: events.recorder({ component: 'default-scheduler' }),
  });
  await dns.start();
  await manager.start();
  await Promise.all([...controllers.map((controller) => controller.start()), scheduler.start()]);
  const stage = async (volume: string): Promise<void> => volumes.stage?.(volume);
  const endFailures = await startOwnNodes({
    options,
    directory,
    manager,
    client: nodeClient,
    informers,
    clock,
    random,
    dns,
    network,
    stage,
    events,
    ...(parts.onError === undefined ? {} : { onError: parts.onError }),
  });
  const proxy = network === null ? null : proxyServices({ options, port, network, informers, clock, events });
  return {
    dns,
    manager,
    async stop() {
      scheduler.stop();
      for (const controller of controllers) controller.stop();
      endFailures();
      await manager.haltPods(LONGEST_GRACE_MS);
      await proxy?.stop();
      await manager.stop();
      if (options.runtime === 'process') await (await import('./release-volumes.ts')).releaseVolumes(directory);
      await dns.stop();
      events.stop();
      informers.stop();
    },
  };
}
