import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeDirectory } from '../apiserver/streaming/node-endpoint.ts';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import type { Client, Target } from '../client/client.ts';
import { LocalClient } from '../client/local.ts';
import { ensureStorageClasses } from '../cluster/bootstrap-classes.ts';
import { MASTERS, makeServer, startPlanes } from '../cluster/control-plane.ts';
import { credentials, kubeconfig } from '../cluster/credentials.ts';
import { DataDirectory } from '../cluster/data-directory.ts';
import { choosePort } from '../cluster/free-port.ts';
import { DEFAULT_OPTIONS } from '../cluster/options.ts';
import type { FeatureGates } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import { MemoryBackend } from '../store/backends/memory.ts';
import { MemoryStore } from '../store/memory-store.ts';

const HOST = '127.0.0.1';

export interface TestClusterOptions {
  /** Simulated nodes, default 1. */
  readonly nodes?: number;
  /** Zones given to them in turn. */
  readonly zones?: readonly string[];
  readonly gates?: FeatureGates;
  /** Also serve the API over TLS on loopback; `kubeconfig` then says how to reach it. */
  readonly listen?: boolean;
}

export interface TestCluster {
  /** As administrator, in process. */
  readonly client: Client;
  /** Text of a kubeconfig, when `listen` was asked for. */
  readonly kubeconfig: string | null;
  /**
   * Resolves with the object once `condition` holds for it, driven by the watch of its resource.
   * Rejects after `timeoutMs` (default 10,000), naming the object and its last state.
   */
  waitFor<T extends KubeObject>(
    target: Target,
    name: string,
    condition: (object: T) => boolean,
    timeoutMs?: number,
  ): Promise<T>;
  /** Ends it; nothing is left behind. */
  stop(): Promise<void>;
}

/**
 * A whole cluster in this process: API server, controllers, scheduler and simulated nodes, in memory.
 *
 * @example
 * const cluster = await startCluster({ nodes: 3 });
 * await cluster.client.create({ group: 'apps', version: 'v1', resource: 'statefulsets', namespace: 'default' }, set);
 * await cluster.waitFor(sets, 'web', (set) => set.status.readyReplicas === 3);
 * await cluster.stop();
 */
export async function startCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const directory = new DataDirectory(mkdtempSync(join(tmpdir(), 'perdure-testing-')));
  const made = credentials(directory, systemRandom, systemClock.now(), HOST);
  const clusterOptions = {
    ...DEFAULT_OPTIONS,
    dataDir: directory.path,
    ephemeral: true,
    runtime: 'simulated' as const,
    nodes: options.nodes ?? 1,
    zones: options.zones ?? [],
    gates: options.gates ?? {},
  };
  const store = await MemoryStore.open({ backend: new MemoryBackend() });
  const parts = { options: clusterOptions, directory, clock: systemClock, random: systemRandom, made };
  const port = options.listen === true ? await choosePort(HOST, []) : 0;
  let nodes: NodeDirectory = () => null;
  const server = makeServer(parts, store, port === 0 ? 6443 : port, (name) => nodes(name));
  await server.start();
  if (port !== 0) {
    const { certificate, key } = made.serving;
    await server.listen({ host: HOST, port, certificate, key, clientAuthorities: [made.authority.certificate] });
  }
  const client = new LocalClient(server.resources, { name: 'kubernetes-admin', groups: MASTERS }, 'perdure-testing');
  await ensureStorageClasses(client);
  const planes = await startPlanes(parts, server, (manager) => {
    nodes = manager.directory;
  });
  return {
    client,
    kubeconfig: port === 0 ? null : kubeconfig(`https://${HOST}:${port}`, 'perdure-testing', made),
    waitFor: (target, name, condition, timeoutMs) => waitFor(client, target, name, condition, timeoutMs),
    async stop() {
      await planes.stop();
      await server.close();
      await store.close();
      rmSync(directory.path, { recursive: true, force: true });
    },
  };
}

async function waitFor<T extends KubeObject>(
  client: Client,
  target: Target,
  name: string,
  condition: (object: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const list = await client.list<T>(target, { fieldSelector: `metadata.name=${name}` });
  let last = list.items[0];
  if (last !== undefined && condition(last)) return last;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      timer.cancel();
      stop();
      settle();
    };
    const timer = systemClock.setTimer(timeoutMs, () => {
      const state = last === undefined ? 'it does not exist' : `last seen: ${JSON.stringify(last.status ?? last)}`;
      end(() => reject(new Error(`${target.resource} "${name}" not as wanted within ${timeoutMs} ms; ${state}`)));
    });
    const stop = client.watch<T>(
      target,
      { resourceVersion: list.resourceVersion, fieldSelector: `metadata.name=${name}` },
      {
        onEvents(events) {
          for (const event of events) {
            if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
            const { object } = event;
            last = object;
            if (condition(object)) return end(() => resolve(object));
          }
        },
        onEnd: (error) => end(() => reject(error ?? new Error('the watch ended'))),
      },
    );
  });
}
