import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDialers } from '../node/adapters/dialers.ts';
import { nodeFiles } from '../node/adapters/node-files.ts';
import { builtInImages, thisMachine } from '../node/images/built-in.ts';
import { ImageCatalog } from '../node/images/catalog.ts';
import { parseUserImages } from '../node/images/user-images.ts';
import { informerLookup } from '../node/lookup.ts';
import type { NodeProfile } from '../node/node-object.ts';
import { ProcessRuntime } from '../node/runtimes/process/process-runtime.ts';
import { hostVolumes } from '../node/volumes/host-volumes.ts';
import type { OwnNodesOptions } from './own-nodes.ts';

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

/** Nodes that run real processes. Each has a directory of its own; volumes are shared, since any node may come to use them. */
export async function processNodes(
  parts: OwnNodesOptions,
  profileOf: (index: number) => Omit<NodeProfile, 'addresses'>,
): Promise<void> {
  const { options, directory, manager, client, informers, clock, random, dns } = parts;
  const catalog = imageCatalog(options.images);
  const lookup = informerLookup(informers);
  for (let index = 0; index < options.nodes; index++) {
    const profile = { ...profileOf(index), addresses: [options.host] };
    const home = directory.ensure('nodes', profile.name);
    const runtime = new ProcessRuntime({
      clock,
      catalog,
      directory: home,
      dataDirectory: directory.path,
      network: options.network === 'namespace' ? 'namespaces' : options.network,
    });
    const volumes = hostVolumes({
      client,
      clock,
      random,
      files: nodeFiles,
      lookup,
      directory: home,
      hostIPs: profile.addresses,
      podIPs: (pod) => (pod.status?.podIPs ?? []).map((each: { ip: string }) => each.ip),
      allocatable: () => profile.capacity ?? {},
      allowHostPath: options.allowHostPath,
      canChangeOwner: process.getuid?.() === 0,
    });
    await manager.add({
      runtime,
      profile,
      volumes,
      files: nodeFiles,
      dialers: nodeDialers,
      directory: home,
      dns: { nameservers: [], domain: 'cluster.local' },
    });
  }
  void dns;
}
