import { firstAddress } from '../apiserver/server.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { rfc3339 } from '../base/time.ts';
import type { Client } from '../client/client.ts';
import { LocalClient } from '../client/local.ts';
import { NODES } from '../client/resources.ts';
import type { AgentManager } from '../node/agent-manager.ts';
import { MemoryBackend } from '../store/backends/memory.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Backend } from '../store/store.ts';
import { ensureStorageClasses } from './bootstrap-classes.ts';
import { MASTERS, makeServer, type Parts, rangesOf, startPlanes } from './control-plane.ts';
import { credentials, kubeconfig } from './credentials.ts';
import { DataDirectory, startTicks } from './data-directory.ts';
import { choosePort } from './free-port.ts';
import { type Log, openLog } from './log.ts';
import type { ClusterOptions } from './options.ts';
import { tellOfLeftNodes } from './own-nodes.ts';
import type { ClusterNetwork } from './pod-network.ts';
import { renewApiService } from './services.ts';

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
const CONTEXT = 'perdure';

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

/** Null where there are no real pods; then nothing of it is loaded. */
async function openNetwork(directory: DataDirectory, options: ClusterOptions): Promise<ClusterNetwork | null> {
  if (options.runtime !== 'process' || options.nodes === 0) return null;
  const { openClusterNetwork } = await import('./pod-network.ts');
  return openClusterNetwork(directory, options.network);
}

/** The port asked for; else the last one, the usual one, or any. Throws Error when the one asked for is taken. */
async function apiPort({ host, port: asked }: ClusterOptions, directory: DataDirectory): Promise<number> {
  const port = await choosePort(host, asked > 0 ? [asked] : [directory.last()?.port ?? 0, DEFAULT_PORT]);
  if (asked > 0 && port !== asked)
    throw new Error(`port ${asked} of ${host} is taken. Give another --port, or leave it out.`);
  return port;
}

/** Tells the steps of a start, with the time each took, to whoever started it and to the log. */
function reporter(
  report: ClusterEvents,
  log: Log,
  clock: Clock,
): { step(text: string): void; warn(text: string): void } {
  let mark = clock.monotonic();
  return {
    step(text) {
      const now = clock.monotonic();
      report.onStep(text, now - mark);
      log.write('info', text);
      mark = now;
    },
    warn(text) {
      report.onWarning(text);
      log.write('warn', text);
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
  const directory = new DataDirectory(options.dataDir);
  directory.lock();
  const log = openLog(directory.log, clock);
  const { step, warn } = reporter(report, log, clock);
  let opening: Promise<ClusterNetwork | null> | null = null;
  try {
    // The machine's side of it takes its time; the store has other things to wait for.
    opening = openNetwork(directory, options);
    opening.catch(() => undefined);
    const store = await openStore(options, directory, (error) => {
      warn(`the store failed and takes no more writes: ${error.message}`);
      api.reportStoreFailure();
    });
    const fresh = store.revision === 0;
    const network = await opening;
    const address = firstAddress(rangesOf(network).serviceCidr);
    const made = credentials(directory, random, clock.now(), [options.host, address]);
    const port = await apiPort(options, directory);
    let manager: AgentManager | null = null;
    const onError: NonNullable<Parts['onError']> = (controller, key, error) => {
      log.write('error', `${controller} ${key}: ${error instanceof Error ? error.message : String(error)}`);
    };
    const parts: Parts = { options, directory, clock, random, made, network, onError };
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
    else await renewApiService(client, address);
    if (options.volumeSnapshots) {
      const { ensureSnapshotKinds } = await import('./snapshot-kinds.ts');
      await ensureSnapshotKinds(client, clock);
    }
    const planes = await startPlanes(parts, api, port, (created) => {
      manager = created;
    });
    step(
      `Controllers, scheduler and ${options.nodes === 1 ? '1 node' : `${options.nodes} nodes`} (${options.runtime})`,
    );
    const left = fresh ? null : tellOfLeftNodes((await client.list(NODES)).items, options.nodes);
    if (left !== null) warn(left);
    writeState(directory, options, server, port, clock);
    return {
      server,
      client,
      async stop() {
        await planes.stop();
        // Not before: all nodes may be powered off for a while.
        await network?.pods.close();
        await api.close();
        await store.close();
        log.write('info', 'stopped');
        log.close();
        directory.unlock();
      },
    };
  } catch (error) {
    await opening?.then((network) => network?.pods.close()).catch(() => undefined);
    log.write('error', `start failed: ${(error as Error).message}`);
    log.close();
    directory.unlock();
    throw error;
  }
}
