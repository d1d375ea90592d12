import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Dns } from '../dns/dns.ts';
import { nodeDialers } from '../node/adapters/dialers.ts';
import { nodeFiles } from '../node/adapters/node-files.ts';
import type { AgentManager, OwnNode } from '../node/agent-manager.ts';
import { builtInImages, thisMachine } from '../node/images/built-in.ts';
import { ImageCatalog } from '../node/images/catalog.ts';
import { parseUserImages } from '../node/images/user-images.ts';
import { informerLookup } from '../node/lookup.ts';
import type { NodeProfile } from '../node/node-object.ts';
import { parseThresholds } from '../node/pressure/thresholds.ts';
import { ProcessRuntime } from '../node/runtimes/process/process-runtime.ts';
import type { SharedNetwork } from '../node/runtimes/process/shared-network.ts';
import { detectSupport } from '../node/runtimes/process/support.ts';
import { parseResolvConf, type ResolvConf } from '../node/sandbox-spec.ts';
import { hostVolumes } from '../node/volumes/host-volumes.ts';
import type { DataDirectory } from './data-directory.ts';
import type { ClusterOptions } from './options.ts';

/** What nodes of real processes are made of. */
export interface ProcessNodesOptions {
  readonly options: ClusterOptions;
  readonly directory: DataDirectory;
  readonly manager: AgentManager;
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly dns: Dns;
  /** Sees to it that a volume is there before it is mounted into a pod. */
  readonly stage: (volume: string) => Promise<void>;
}

/** The installed package: `dist/` and `src/cluster/` both stand below it. */
function packageDirectory(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('src', 'cluster')) ? dirname(dirname(here)) : dirname(here);
}

function imageCatalog(file: string | null): ImageCatalog {
  const own = builtInImages(thisMachine(packageDirectory()));
  return file === null
    ? new ImageCatalog(own)
    : new ImageCatalog([...parseUserImages(readFileSync(file, 'utf8'), file), ...own], file);
}

function hostResolver(): ResolvConf {
  return parseResolvConf(existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '');
}

/** How pods resolve names: a server of ours where port 53 can be had, hosts files in any other case. */
async function podDns(
  dns: Dns,
  network: SharedNetwork,
): Promise<{ served: boolean; dns: NonNullable<OwnNode['dns']> }> {
  const server = await dns.serve(network.gateway, 53).catch(() => null);
  const own = server === null ? [] : [server.address];
  // A pod with a network of its own has no way to the machine's nameservers.
  const host = hostResolver();
  const outer = network.mode === 'namespaces' ? [] : host.nameservers;
  const options = outer.length === 0 ? [] : ['timeout:1', 'attempts:1'];
  return { served: server !== null, dns: { nameservers: [...own, ...outer], domain: dns.zone.domain, options, host } };
}

/** How to start nodes that run real processes. Each has a directory of its own; pod network and volumes are shared by all. */
export async function processNodes(
  parts: ProcessNodesOptions,
  network: SharedNetwork,
  profileOf: (index: number) => Omit<NodeProfile, 'addresses'>,
): Promise<(index: number) => Promise<unknown>> {
  const { options, directory, manager, client, informers, clock, random } = parts;
  const catalog = imageCatalog(options.images);
  const lookup = informerLookup(informers);
  const support = detectSupport();
  const { served, dns } = await podDns(parts.dns, network);
  return (index) => {
    const profile = { ...profileOf(index), addresses: [options.host] };
    const home = directory.ensure('nodes', profile.name);
    const runtime = new ProcessRuntime({
      clock,
      catalog,
      directory: home,
      dataDirectory: directory.path,
      network,
      support,
      ...(served && network.mode === 'namespaces' ? {} : { names: parts.dns.zone }),
    });
    const volumes = hostVolumes({
      client,
      clock,
      random,
      files: nodeFiles,
      stage: parts.stage,
      lookup,
      directory: home,
      hostIPs: profile.addresses,
      podIPs: (pod) => (pod.status?.podIPs ?? []).map((each: { ip: string }) => each.ip),
      allocatable: () => profile.capacity ?? {},
      allowHostPath: options.allowHostPath,
      canChangeOwner: support.root,
    });
    return manager.add({
      runtime,
      profile,
      volumes,
      files: nodeFiles,
      dialers: nodeDialers,
      directory: home,
      dns,
      evictionHard: parseThresholds(options.evictionHard),
      observe: async () => (await import('../node/adapters/machine-left.ts')).machineLeft(home),
      measure: async (path) => (await import('../node/adapters/measure-volume.ts')).measureVolume(path),
    });
  };
}
