import { cpus, totalmem } from 'node:os';
import { SELF_FENCING } from '../api/shared/self-fencing.ts';
import type { EventBroadcaster } from '../client/events.ts';
import type { NodeProfile } from '../node/node-object.ts';
import type { KubeObject } from '../schema/object.ts';
import { NodeFailures } from './node-failures.ts';
import type { ClusterOptions } from './options.ts';
import type { ClusterNetwork } from './pod-network.ts';
import type { ProcessNodesOptions } from './process-nodes.ts';

export interface OwnNodesOptions extends ProcessNodesOptions {
  /** Of real pods; null where there are none. */
  readonly network: ClusterNetwork | null;
  readonly events: EventBroadcaster;
  /** A node could not be brought into the state its annotation asks for. */
  readonly onError?: (part: string, node: string, error: unknown) => void;
}

const nodeName = (index: number): string => `node-${index + 1}`;

const OWN_RUNTIME = /^perdure-/;

/** What to say of nodes that an earlier start had and this one, with `count` nodes, has not; null when there are none. */
export function tellOfLeftNodes(nodes: readonly KubeObject[], count: number): string | null {
  const own = new Set(Array.from({ length: count }, (_, index) => nodeName(index)));
  const left = nodes
    .filter(({ status }) => OWN_RUNTIME.test(status?.nodeInfo?.containerRuntimeVersion ?? ''))
    .map(({ metadata }) => metadata.name ?? '')
    .filter((name) => /^node-\d+$/.test(name) && !own.has(name))
    .sort((a, b) => indexOf(a) - indexOf(b));
  if (left.length === 0) return null;
  const one = left.length === 1;
  return (
    `${left.join(', ')} of an earlier start ${one ? 'does' : 'do'} not run now: what is on ${one ? 'it' : 'them'} waits. ` +
    `Start with --nodes ${indexOf(left.at(-1)!)} to have ${one ? 'it' : 'them'} back, or give ${one ? 'it' : 'them'} up for good: ` +
    `kubectl delete node ${left.join(' ')}`
  );
}

const indexOf = (name: string): number => Number(name.slice('node-'.length));

/** Names, zones and annotations of the nodes of our own. */
export function nodeLabels(
  options: ClusterOptions,
  index: number,
): Pick<NodeProfile, 'name' | 'labels' | 'annotations'> {
  const zone = options.zones.length === 0 ? undefined : options.zones[index % options.zones.length];
  return {
    name: nodeName(index),
    labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone },
    ...(options.selfFencing ? { annotations: { [SELF_FENCING]: 'true' } } : {}),
  };
}

/** Size of one node: the machine, as each of them sees it. */
function machineCapacity(): Readonly<Record<string, string>> {
  return { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' };
}

/** Starts the agent of one node; resolves once it is registered. */
type Launch = (index: number) => Promise<unknown>;

async function launcher(parts: OwnNodesOptions): Promise<Launch> {
  const { options, manager, network } = parts;
  if (network === null) return (index) => manager.addSimulated(nodeLabels(options, index));
  const { processNodes } = await import('./process-nodes.ts');
  const capacity = machineCapacity();
  return processNodes(parts, network.pods, (index) => ({ ...nodeLabels(options, index), capacity }));
}

/**
 * Starts the agents of our own nodes, and from then on lets them fail as their Nodes ask for; real ones share the image
 * catalog and the pod network. Returns the function that ends the latter: call it before the agents are stopped.
 */
export async function startOwnNodes(parts: OwnNodesOptions): Promise<() => void> {
  const { options, manager, informers, events, network, onError } = parts;
  if (options.nodes === 0) return () => {};
  const launch = await launcher(parts);
  const names = Array.from({ length: options.nodes }, (_, index) => nodeName(index));
  const failures = new NodeFailures({
    manager,
    informers,
    recorder: events.recorder({ component: 'perdure' }),
    launch: (name) => launch(names.indexOf(name)),
    onError: (node, error) => onError?.('node-failures', node, error),
  });
  if (network === null) await Promise.all(names.map((name) => failures.start(name)));
  else for (const name of names) await failures.start(name);
  return () => failures.stop();
}
