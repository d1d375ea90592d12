import { resizeStatusOf } from '../api/shared/claim-resize.ts';
import type { NodeDirectory } from '../apiserver/streaming/node-endpoint.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorders } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { CONFIG_MAPS, NODES, PERSISTENT_VOLUME_CLAIMS } from '../client/resources.ts';
import type { KubeObject, ResourceId } from '../schema/object.ts';
import { parseLabelSelector } from '../schema/selectors.ts';
import { createNodeAgent, type NodeAgent } from './agent.ts';
import type { NodeAgentOptions } from './agent-options.ts';
import { Heartbeats } from './heartbeats.ts';
import { Link } from './link.ts';
import { informerLookup, SECRETS } from './lookup.ts';
import type { NodeProfile } from './node-object.ts';
import { PodRouter } from './pod-router.ts';
import { AddressPool, createSimulatedRuntime, type Names } from './runtimes/simulated.ts';
import { checkedVolumes } from './volumes/checked-volumes.ts';
import type { GrowFileSystem } from './volumes/file-system-growth.ts';

/** Nodes that kwok would play are played too. */
const FAKE_NODE = 'kwok.x-k8s.io/node';

export interface AgentManagerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  /** Null: agents report no events. */
  readonly events: EventRecorders | null;
  /** Nodes made by clients that match this label selector are played by simulated agents; '' or undefined: none. */
  readonly simulateNodes?: string;
  /** How long the lease of a node lasts (kubelet nodeLeaseDurationSeconds); default 40 s. */
  readonly leaseMs?: number;
  /** Between renewals of a node's lease; default a quarter of its duration. */
  readonly heartbeatMs?: number;
  /** What simulated scripts can see of the cluster's names. */
  readonly names?: Names;
  /** Range of simulated pod addresses. */
  readonly podCidr?: string;
  /** Grows file systems of mounted volumes; left out: there is nothing to grow. */
  readonly growFileSystem?: GrowFileSystem;
}

/** A node with a runtime of its own: everything else the manager shares among its agents. */
export type OwnNode = Pick<
  NodeAgentOptions,
  | 'runtime'
  | 'profile'
  | 'volumes'
  | 'files'
  | 'dialers'
  | 'directory'
  | 'dns'
  | 'maxRestartBackoffMs'
  | 'measure'
  | 'evictionHard'
  | 'observe'
>;

export interface AgentManager {
  start(): Promise<void>;
  /** Plays a node of our own; resolves once it is registered. */
  add(node: OwnNode): Promise<NodeAgent>;
  /** Plays a simulated node of our own. */
  addSimulated(
    profile: Omit<NodeProfile, 'addresses'> & { readonly addresses?: readonly string[] },
  ): Promise<NodeAgent>;
  /** Stops playing a node; its Node object stays. */
  remove(name: string): Promise<void>;
  /** The power of a node goes: what runs on it is killed, and it falls silent. `add` it again when the power is back. */
  powerOff(name: string): Promise<void>;
  /** Cuts a node off from the API server, or lets it reach it again. What runs on it runs on. */
  cutOff(name: string, cut: boolean): void;
  readonly agents: ReadonlyMap<string, NodeAgent>;
  /** For the API server's streaming subresources. */
  readonly directory: NodeDirectory;
  /** Holds all pods that have a volume mounted, wherever; returns the function that lets them go on. */
  pauseUsers(volume: string): () => void;
  /** Ends what runs on all real nodes (`NodeAgent.haltPods`); call it before `stop`. */
  haltPods(longestMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** What pods are made from. */
const SOURCES: readonly [ResourceId, 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim'][] = [
  [CONFIG_MAPS, 'ConfigMap'],
  [SECRETS, 'Secret'],
  [PERSISTENT_VOLUME_CLAIMS, 'PersistentVolumeClaim'],
];

/** All node agents of this process. An agent never touches a Node that is not its own, nor pods of other nodes. */
export function createAgentManager(options: AgentManagerOptions): AgentManager {
  return new Manager(options);
}

class Manager implements AgentManager {
  readonly agents = new Map<string, NodeAgent>();
  readonly #links = new Map<string, Link>();
  readonly #options: AgentManagerOptions;
  readonly #heartbeats: Heartbeats;
  readonly #addresses: AddressPool;
  readonly #hostAddresses = new AddressPool('10.0.0.0/16');
  readonly #lookup;
  readonly #pods: PodRouter;
  readonly #starting = new Set<string>();
  #deaf: (() => void)[] = [];

  constructor(options: AgentManagerOptions) {
    this.#options = options;
    this.#heartbeats = new Heartbeats(options.clock, options.leaseMs, options.heartbeatMs);
    this.#addresses = new AddressPool(options.podCidr);
    this.#lookup = informerLookup(options.informers);
    this.#pods = new PodRouter(options.informers);
    options.informers.informer(NODES);
  }

  get directory(): NodeDirectory {
    return (name) => this.#reachable(name) ?? null;
  }

  async start(): Promise<void> {
    const { informers } = this.#options;
    await informers.start();
    for (const [resource, kind] of SOURCES) {
      const changed = (object: KubeObject): void => {
        const { namespace = '', name = '' } = object.metadata;
        for (const agent of this.#allReachable()) agent.sourceChanged(kind, namespace, name);
      };
      this.#deaf.push(informers.informer(resource).on({ add: changed, update: changed }));
    }
    const grew = (claim: KubeObject): void => {
      if (resizeStatusOf(claim) !== 'NodeResizePending') return;
      for (const agent of this.#allReachable()) agent.claimGrew(claim);
    };
    this.#deaf.push(informers.informer(PERSISTENT_VOLUME_CLAIMS).on({ add: grew, update: grew }));
    const seen = (node: KubeObject): void => {
      this.#reachable(node.metadata.name ?? '')?.nodeChanged(node);
      if (this.#isOurs(node)) void this.#adopt(node);
    };
    this.#deaf.push(
      informers.informer(NODES).on({
        add: seen,
        update: seen,
        delete: (node) => {
          const agent = this.agents.get(node.metadata.name ?? '');
          if (agent !== undefined && this.#isOurs(node)) void this.remove(agent.name);
        },
      }),
    );
  }

  async add(node: OwnNode): Promise<NodeAgent> {
    const agent = this.#agent({ ...node, adopted: false });
    this.agents.set(agent.name, agent);
    await agent.start();
    return agent;
  }

  addSimulated(
    profile: Omit<NodeProfile, 'addresses'> & { readonly addresses?: readonly string[] },
  ): Promise<NodeAgent> {
    return this.add(this.#simulated({ ...profile, addresses: profile.addresses ?? [this.#hostAddresses.take()] }));
  }

  async remove(name: string): Promise<void> {
    const agent = this.#taken(name);
    await agent?.stop();
  }

  async powerOff(name: string): Promise<void> {
    this.#links.get(name)?.cut();
    const agent = this.#taken(name);
    await agent?.powerOff();
  }

  cutOff(name: string, cut: boolean): void {
    const link = this.#links.get(name);
    const agent = this.agents.get(name);
    if (link === undefined || agent === undefined || link.isCut === cut) return;
    if (cut) link.cut();
    else {
      link.mend();
      this.#catchUp(agent);
    }
  }

  /** Tells an agent of what may have changed while it heard nothing. */
  #catchUp(agent: NodeAgent): void {
    const { informers } = this.#options;
    const node = informers.informer(NODES).get(undefined, agent.name);
    if (node !== undefined) agent.nodeChanged(node);
    for (const [resource, kind] of SOURCES)
      for (const { metadata } of informers.informer(resource).list())
        agent.sourceChanged(kind, metadata.namespace ?? '', metadata.name ?? '');
    for (const claim of informers.informer(PERSISTENT_VOLUME_CLAIMS).list())
      if (resizeStatusOf(claim) === 'NodeResizePending') agent.claimGrew(claim);
  }

  #taken(name: string): NodeAgent | undefined {
    const agent = this.agents.get(name);
    this.agents.delete(name);
    this.#links.delete(name);
    return agent;
  }

  #reachable(name: string): NodeAgent | undefined {
    return this.#links.get(name)?.isCut === true ? undefined : this.agents.get(name);
  }

  #allReachable(): NodeAgent[] {
    return [...this.agents.values()].filter(({ name }) => this.#reachable(name) !== undefined);
  }

  pauseUsers(volume: string): () => void {
    const resume = [...this.agents.values()].map((agent) => agent.pauseUsers(volume));
    return () => {
      for (const each of resume) each();
    };
  }

  async haltPods(longestMs: number): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.haltPods(longestMs)));
  }

  async stop(): Promise<void> {
    for (const stop of this.#deaf) stop();
    this.#deaf = [];
    this.#pods.stop();
    await Promise.all([...this.agents.keys()].map((name) => this.remove(name)));
  }

  #isOurs(node: KubeObject): boolean {
    if (node.metadata.annotations?.[FAKE_NODE] === 'fake') return true;
    const selector = this.#options.simulateNodes;
    return selector !== undefined && selector !== '' && parseLabelSelector(selector).matches(node.metadata.labels);
  }

  async #adopt(node: KubeObject): Promise<void> {
    const name = node.metadata.name ?? '';
    if (this.agents.has(name) || this.#starting.has(name) || node.metadata.deletionTimestamp !== undefined) return;
    this.#starting.add(name);
    // biome-ignore lint/suspicious/noExplicitAny: addresses as stored
    const given = (node.status?.addresses ?? []).find((address: any) => address.type === 'InternalIP')?.address;
    const agent = this.#agent({
      ...this.#simulated({ name, addresses: [given ?? this.#hostAddresses.take()] }),
      adopted: true,
    });
    this.agents.set(name, agent);
    try {
      await agent.start();
    } catch {
      // Deleted again meanwhile; if it comes back it is adopted anew.
      await this.remove(name);
    } finally {
      this.#starting.delete(name);
    }
  }

  #simulated(profile: NodeProfile): OwnNode {
    const { clock, names } = this.#options;
    const runtime = createSimulatedRuntime({
      clock,
      addresses: this.#addresses,
      ...(names === undefined ? {} : { names }),
    });
    return { runtime, profile, volumes: checkedVolumes(this.#lookup) };
  }

  #agent(node: OwnNode & { readonly adopted: boolean }): NodeAgent {
    const { client, clock, random, events, growFileSystem } = this.#options;
    const link = new Link(node.profile.name, client, this.#pods);
    this.#links.set(node.profile.name, link);
    // The pods of a stand-in have no containers to tell of.
    const recorder = node.adopted ? null : events?.recorder({ component: 'kubelet', host: node.profile.name });
    return createNodeAgent({
      client: link.client,
      clock,
      random,
      pods: link.pods,
      heartbeats: this.#heartbeats,
      lookup: this.#lookup,
      recorder: recorder === null || recorder === undefined ? null : link.recorder(recorder),
      ...(growFileSystem === undefined ? {} : { growFileSystem }),
      ...node,
    });
  }
}
