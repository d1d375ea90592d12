import type { KubeObject } from '../schema/object.ts';
import type { LabelSelector } from '../schema/selectors.ts';
import type { Domains } from './domains.ts';
import type { NodeInfo } from './node-info.ts';
import type { PlacedTerm } from './placed-terms.ts';
import type { PodInfo } from './pod-info.ts';
import type { PodTally } from './tallies.ts';

/** Why a node does not take a pod. */
export interface Verdict {
  readonly reasons: readonly string[];
  /** True: removing pods from the node would not help. */
  readonly unresolvable: boolean;
}

/** Judges one node for the pod it was prepared for; null: the node fits. */
export type NodeFilter = (node: NodeInfo) => Verdict | null;

/** A pod that no node can take, whatever the node. */
export interface Rejection {
  readonly rejected: string;
}

/** One scheduling filter. `prepare` runs once a pod; null: it has nothing to say about this pod. */
export interface Filter {
  readonly name: string;
  prepare(pod: PodInfo, world: World): NodeFilter | Rejection | null;
}

/** One score: 0 to 100 a node after normalisation, times `weight`. Null: every node scores alike for this pod. */
export interface Score {
  readonly name: string;
  readonly weight: number;
  prepare(pod: PodInfo, world: World, nodes: readonly NodeInfo[]): ((node: NodeInfo) => number) | null;
}

/** Read access to volumes and namespaces, from informers. */
export interface Listers {
  claim(namespace: string, name: string): KubeObject | undefined;
  volume(name: string): KubeObject | undefined;
  /** Volumes an unbound claim could get: those that name it, and those of its class that name none. */
  volumesFor(claim: KubeObject): Iterable<KubeObject>;
  storageClass(name: string): KubeObject | undefined;
  namespace(name: string): KubeObject | undefined;
  disruptionBudgets(namespace: string): readonly KubeObject[];
}

/** What filters and scores see. */
export interface World {
  readonly nodes: readonly NodeInfo[];
  readonly listers: Listers;
  /** Pods on nodes, of one namespace. */
  podsOf(namespace: string): Iterable<PodInfo>;
  /** At least the pods on nodes, of the namespace, that carry all these labels. */
  podsLabelled(namespace: string, labels: Readonly<Record<string, string>>): Iterable<PodInfo>;
  allPods(): Iterable<PodInfo>;
  nodeNamed(name: string): NodeInfo | undefined;
  /** How many pods of the namespace the selector selects on each node. */
  tally(namespace: string, selector: LabelSelector): PodTally;
  /** Domains of the nodes; `domainOf` (undefined: the node does not count) is asked only when the key is new or a node has changed. */
  domains(key: string, domainOf: (node: NodeInfo) => string | undefined): Domains;
  /** Required anti-affinity of pods on nodes that may select a pod with these labels. */
  apart(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm>;
  /** What else of pods on nodes scores for a pod with these labels. */
  drawing(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm>;
  /** The node as it will be once pods nominated to it, of at least the pod's priority, have come; null when there are none. */
  withNominated(node: NodeInfo, pod: PodInfo): NodeInfo | null;
  /** PV name to claim key, for PVs given to a pod whose claim is not bound yet. */
  readonly assumedVolumes: ReadonlyMap<string, string>;
}
