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
