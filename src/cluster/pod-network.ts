import { existsSync, readdirSync } from 'node:fs';
import { addressesIn, SharedNetwork } from '../node/runtimes/process/shared-network.ts';
import type { DataDirectory } from './data-directory.ts';
import type { NetworkMode } from './options.ts';

/** Names of the nodes that have had pods on real processes in this data directory. */
export function nodesIn(directory: DataDirectory): string[] {
  const folder = directory.file('nodes');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The pod network of a data directory; pods an earlier process left keep their addresses, on whichever node. */
export function podNetwork(directory: DataDirectory, mode: NetworkMode): SharedNetwork {
  const network = new SharedNetwork(directory.path, mode === 'namespace' ? 'namespaces' : mode);
  for (const node of nodesIn(directory)) for (const ip of addressesIn(directory.file('nodes', node))) network.keep(ip);
  return network;
}

/** The pod network of a cluster that is about to run, with the range its Services have their addresses from. */
export interface ClusterNetwork {
  readonly pods: SharedNetwork;
  /** In CIDR notation. */
  readonly serviceRange: string;
}

const KEPT = 'network.json';

/** The range a network of the data directory has had before, so that stored Services keep their addresses. */
export function keptServiceRange(directory: DataDirectory): string | null {
  const text = directory.read(KEPT);
  return text === null ? null : (JSON.parse(text) as { readonly serviceRange: string }).serviceRange;
}

/** Opens the network of a cluster with real pods. Throws RuntimeError when it cannot be made. */
export async function openClusterNetwork(directory: DataDirectory, mode: NetworkMode): Promise<ClusterNetwork> {
  const pods = podNetwork(directory, mode);
  await pods.open();
  const kept = pods.mode === 'loopback' ? null : keptServiceRange(directory);
  const serviceRange = await pods.serviceRange(kept);
  // Addresses of 127.0.0.0/8 follow from the data directory.
  if (pods.mode !== 'loopback' && serviceRange !== kept) directory.write(KEPT, JSON.stringify({ serviceRange }));
  return { pods, serviceRange };
}
