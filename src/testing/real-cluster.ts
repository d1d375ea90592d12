import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeDirectory } from '../apiserver/streaming/node-endpoint.ts';
import { sleep, systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { LocalClient } from '../client/local.ts';
import { ensureStorageClasses } from '../cluster/bootstrap-classes.ts';
import { MASTERS, makeServer, startPlanes } from '../cluster/control-plane.ts';
import { credentials, kubeconfig } from '../cluster/credentials.ts';
import { DataDirectory } from '../cluster/data-directory.ts';
import { choosePort } from '../cluster/free-port.ts';
import { DEFAULT_OPTIONS } from '../cluster/options.ts';
import { MemoryBackend } from '../store/backends/memory.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { apply } from './apply.ts';
import { cordon, drain } from './drain.ts';
import { explainSubject } from './explain.ts';
import { podHandle } from './faults.ts';
import type { TestCluster, TestClusterOptions } from './test-cluster.ts';
import { waitFor } from './wait-for.ts';

const HOST = '127.0.0.1';
const WAIT_MS = 10_000;

function virtualOnly(what: string): never {
  throw new Error(`${what} needs clock: 'virtual'`);
}

/** A cluster on the wall clock, perhaps with an API that others can reach. */
export async function startRealCluster(options: TestClusterOptions): Promise<TestCluster> {
  const directory = new DataDirectory(mkdtempSync(join(tmpdir(), 'perdure-testing-')));
  const made = credentials(directory, systemRandom, systemClock.now(), [HOST]);
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
  const parts = { options: clusterOptions, directory, clock: systemClock, random: systemRandom, made, network: null };
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
  const planes = await startPlanes(parts, server, port, (manager) => {
    nodes = manager.directory;
  });
  return {
    client,
    kubeconfig: port === 0 ? null : kubeconfig(`https://${HOST}:${port}`, 'perdure-testing', made),
    now: () => systemClock.now(),
    apply: (manifests) => apply(client, manifests),
    waitFor: (target, name, condition, timeoutMs = WAIT_MS) =>
      waitFor(client, systemClock, target, name, condition, timeoutMs),
    drain: (node, drainOptions = {}) => drain(client, systemClock, node, drainOptions),
    uncordon: (node) => cordon(client, node, false),
    explain: (subject, namespace = 'default') => explainSubject(client, systemClock, subject, namespace),
    get doubles() {
      return virtualOnly('doubles');
    },
    advance: (ms) => sleep(systemClock, ms),
    node: () => virtualOnly('node'),
    pod: (name, namespace = 'default') => ({
      ...podHandle(client, namespace, name),
      lastExit: () => virtualOnly('lastExit'),
    }),
    get controlPlane() {
      return virtualOnly('controlPlane');
    },
    async stop() {
      await planes.stop();
      await server.close();
      await store.close();
      rmSync(directory.path, { recursive: true, force: true });
    },
  };
}
