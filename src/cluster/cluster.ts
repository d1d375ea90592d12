import { createPrivateKey, createPublicKey } from 'node:crypto';
import { KINDS } from '../api/index.ts';
import { ApiServer } from '../apiserver/server.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { rfc3339 } from '../base/time.ts';
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { LocalClient } from '../client/local.ts';
import { createDns, type Dns } from '../dns/dns.ts';
import { type AgentManager, createAgentManager } from '../node/agent-manager.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { MemoryBackend } from '../store/backends/memory.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Backend } from '../store/store.ts';
import { ensureStorageClasses } from './bootstrap-classes.ts';
import { serverCatalog } from './catalog.ts';
import { makeControllers } from './controllers.ts';
import { type Credentials, credentials, kubeconfig } from './credentials.ts';
import { DataDirectory, startTicks } from './data-directory.ts';
import { choosePort } from './free-port.ts';
import type { ClusterOptions } from './options.ts';
import { startOwnNodes } from './own-nodes.ts';
import { imaginaryVolumes, volumeDirectories } from './volume-directories.ts';

export interface ClusterEvents {
  onStep(text: string, tookMs: number): void;
  onWarning(text: string): void;
}

/** A running cluster of this process. */
export interface Cluster {
  readonly server: string;
  /** As administrator, in process. */
  readonly client: Client;
  /** Stops pods and control plane; objects and volumes stay. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 6443;
const MASTERS = ['system:masters', 'system:authenticated'];
const CONTEXT = 'perdure';

interface Parts {
  readonly options: ClusterOptions;
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly random: Random;
  readonly made: Credentials;
}

async function openStore(
  options: ClusterOptions,
  directory: DataDirectory,
  onFailure: (error: Error) => void,
): Promise<MemoryStore> {
  let backend: Backend;
  if (options.ephemeral) backend = new MemoryBackend();
  else {
    const { LmdbBackend } = await import('../store/backends/lmdb.ts');
    backend = await LmdbBackend.open({ path: directory.ensure('store') });
  }
  return MemoryStore.open({ backend, onFailure, schedule: systemClock.defer });
}

function makeServer(
  { options, clock, random, made }: Parts,
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
    advertised: { address: options.host, port },
    tokens: { [made.administratorToken]: { name: 'kubernetes-admin', groups: ['system:masters'] } },
    tokenIssuer: {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      privateKey: createPrivateKey(made.serviceAccounts.privateKey),
      publicKey: createPublicKey(made.serviceAccounts.publicKey),
      algorithm: 'ES256',
    },
  });
}

interface Planes {
  readonly dns: Dns;
  readonly manager: AgentManager;
  stop(): Promise<void>;
}

/** Controllers, scheduler, DNS and agents on a server that is up. */
async function startPlanes(
  parts: Parts,
  server: ApiServer,
  bindManager: (manager: AgentManager) => void,
): Promise<Planes> {
  const { options, directory, clock, random, made } = parts;
  const as = (name: string, manager: string): Client =>
    new LocalClient(server.resources, { name, groups: MASTERS }, manager);
  const controllerClient = as('system:kube-controller-manager', 'kube-controller-manager');
  const informers = new InformerFactory(controllerClient, clock);
  const catalog = serverCatalog(
    () => server.core.kinds.all().map((kind) => kind.definition),
    (listener) => server.core.kinds.onChange(listener),
  );
  const volumes =
    options.runtime === 'process' && !options.ephemeral
      ? volumeDirectories(directory.ensure('volumes'))
      : options.runtime === 'process'
        ? volumeDirectories(directory.ensure('volumes'))
        : imaginaryVolumes;
  const { controllers, events } = makeControllers({
    client: controllerClient,
    informers,
    clock,
    random,
    gates: options.gates,
    catalog,
    volumes,
    rootCa: made.authority.certificate,
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
  await startOwnNodes({ options, directory, manager, client: nodeClient, informers, clock, random, dns });
  return {
    dns,
    manager,
    async stop() {
      scheduler.stop();
      for (const controller of controllers) controller.stop();
      await manager.stop();
      await dns.stop();
      events.stop();
      informers.stop();
    },
  };
}

function writeState(
  directory: DataDirectory,
  options: ClusterOptions,
  server: string,
  port: number,
  clock: Clock,
): void {
  const state = {
    pid: process.pid,
    startTicks: startTicks(process.pid),
    server,
    port,
    dataDir: directory.path,
    runtime: options.runtime,
    startedAt: rfc3339(clock.now()),
    ready: true,
  };
  directory.write('state.json', JSON.stringify(state, null, 2));
}

/**
 * Starts a whole cluster in this process and resolves once its API answers and its nodes are registered.
 * Throws an Error that says what to do when the data directory is in use or the runtime cannot work here.
 */
export async function startCluster(
  options: ClusterOptions,
  report: ClusterEvents,
  clock: Clock = systemClock,
  random: Random = systemRandom,
): Promise<Cluster> {
  let mark = clock.monotonic();
  const step = (text: string): void => {
    const now = clock.monotonic();
    report.onStep(text, now - mark);
    mark = now;
  };
  const directory = new DataDirectory(options.dataDir);
  directory.lock();
  try {
    const made = credentials(directory, random, clock.now(), options.host);
    const store = await openStore(options, directory, (error) => {
      report.onWarning(`the store failed and takes no more writes: ${error.message}`);
      api.reportStoreFailure();
    });
    const fresh = store.revision === 0;
    const port = await choosePort(
      options.host,
      options.port > 0 ? [options.port] : [directory.last()?.port ?? 0, DEFAULT_PORT],
    );
    if (options.port > 0 && port !== options.port)
      throw new Error(`port ${options.port} of ${options.host} is taken. Give another --port, or leave it out.`);
    let manager: AgentManager | null = null;
    const parts: Parts = { options, directory, clock, random, made };
    const api = makeServer(parts, store, port, (name) => manager?.directory(name) ?? null);
    await api.start();
    await api.listen({
      host: options.host,
      port,
      certificate: made.serving.certificate,
      key: made.serving.key,
      clientAuthorities: [made.authority.certificate],
    });
    const server = `https://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`;
    directory.write('kubeconfig', kubeconfig(server, CONTEXT, made));
    step(`API server on ${server}`);
    const client = new LocalClient(api.resources, { name: 'kubernetes-admin', groups: MASTERS }, 'perdure');
    if (fresh) await ensureStorageClasses(client);
    const planes = await startPlanes(parts, api, (created) => {
      manager = created;
    });
    step(
      `Controllers, scheduler and ${options.nodes === 1 ? '1 node' : `${options.nodes} nodes`} (${options.runtime})`,
    );
    writeState(directory, options, server, port, clock);
    return {
      server,
      client,
      async stop() {
        await planes.stop();
        await api.close();
        await store.close();
        directory.unlock();
      },
    };
  } catch (error) {
    directory.unlock();
    throw error;
  }
}
