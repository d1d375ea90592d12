import { cpus, totalmem } from 'node:os';
import { SELF_FENCING } from '../api/shared/self-fencing.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Dns } from '../dns/dns.ts';
import type { AgentManager } from '../node/agent-manager.ts';
import type { NodeProfile } from '../node/node-object.ts';
import type { DataDirectory } from './data-directory.ts';
import type { ClusterOptions } from './options.ts';
import type { ClusterNetwork } from './pod-network.ts';

export interface OwnNodesOptions {
  readonly options: ClusterOptions;
  readonly directory: DataDirectory;
  readonly manager: AgentManager;
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly dns: Dns;
  /** Of real pods; null where there are none. */
  readonly network: ClusterNetwork | null;
  /** Sees to it that a volume is there before it is mounted into a pod. */
  readonly stage: (volume: string) => Promise<void>;
}

/** Names, zones and annotations of the nodes of our own. */
export function nodeLabels(
  options: ClusterOptions,
  index: number,
): Pick<NodeProfile, 'name' | 'labels' | 'annotations'> {
  const zone = options.zones.length === 0 ? undefined : options.zones[index % options.zones.length];
  return {
    name: `node-${index + 1}`,
    labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone },
    ...(options.selfFencing ? { annotations: { [SELF_FENCING]: 'true' } } : {}),
  };
}

/** Size of one node: the machine, as each of them sees it. */
function machineCapacity(): Readonly<Record<string, string>> {
  return { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' };
}

async function addSimulated(manager: AgentManager, options: ClusterOptions): Promise<void> {
  await Promise.all(
    Array.from({ length: options.nodes }, (_, index) => manager.addSimulated(nodeLabels(options, index))),
  );
}

/** Starts the agents of our own nodes; real ones share the image catalog and the pod network. */
export async function startOwnNodes(parts: OwnNodesOptions): Promise<void> {
  if (parts.options.nodes === 0) return;
  if (parts.network === null) return addSimulated(parts.manager, parts.options);
  const { processNodes } = await import('./process-nodes.ts');
  await processNodes(
    parts,
    parts.network.pods,
    (index): Omit<NodeProfile, 'addresses'> => ({ ...nodeLabels(parts.options, index), capacity: machineCapacity() }),
  );
}
