import type { Client, Target } from '../client/client.ts';
import type { Chain } from '../operations/why/index.ts';
import type { FeatureGates } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import type { DrainOptions } from './drain.ts';

export interface TestClusterOptions {
  /** Simulated nodes `node-1` …, default 1. */
  readonly nodes?: number;
  /** Zones given to them in turn. */
  readonly zones?: readonly string[];
  readonly gates?: FeatureGates;
  /**
   * `virtual` (default): nothing ever waits; time passes while a call of the cluster is awaited, and as told by `advance`.
   * `real`: the wall clock; needed for `listen`.
   */
  readonly clock?: 'virtual' | 'real';
  /** Seed of all chance in virtual time: the same test with the same seed is the same run. Default 1. */
  readonly seed?: number;
  /** Also serve the API over TLS on loopback; `kubeconfig` then says how to reach it. */
  readonly listen?: boolean;
}

/** A simulated machine. All of it takes effect at once; what it leads to takes time. */
export interface TestNode {
  readonly name: string;
  /** Power off: its containers are gone, its agent is silent. */
  crash(): void;
  /** Graceful shutdown of the machine: its pods have this long to end (default 30 s), are Failed then, and the power goes. */
  shutDown(graceMs?: number): Promise<void>;
  /** Power on again. */
  boot(): void;
  /** Cuts it off from the API server while its containers run on. Returns the function that mends it. */
  partition(direction?: 'both' | 'to-server' | 'from-server'): () => void;
  /** Kills its agent and holds it down; containers run on. */
  killAgent(): void;
  /** Kills its agent, if it runs, and starts it again; containers run on. */
  restartAgent(): void;
  /** Pods (`NAMESPACE/NAME`) with a container that truly runs on the machine now, whatever the API says of them. Sorted. */
  running(): readonly string[];
}

/** How a simulated pod behaves from now on. */
export interface TestPod {
  notReady(): Promise<void>;
  /** Takes back `notReady` and `crash`. */
  ready(): Promise<void>;
  /** Its containers exit with 1 as soon as they start, until `ready`. */
  crash(): Promise<void>;
  ignoreSigterm(): Promise<void>;
  /** How its container last ended on a machine: exit code, and when by the cluster's clock; null: none has ended. */
  lastExit(): { readonly code: number; readonly at: number } | null;
}

export interface TestCluster {
  /** As administrator, in process. */
  readonly client: Client;
  /** Text of a kubeconfig, when `listen` was asked for. */
  readonly kubeconfig: string | null;
  /** Milliseconds since the epoch, of the cluster's clock. */
  now(): number;
  /** Applies objects, or YAML with any number of documents, in order, as `kubectl apply --server-side` does. */
  apply(manifests: string | object | readonly object[]): Promise<KubeObject[]>;
  /**
   * Resolves with the object once `condition` holds for it, driven by the watch of its resource. Rejects after `timeoutMs` of the
   * cluster's clock (default: 10 virtual minutes, or 10 real seconds), naming the object and its last state.
   */
  waitFor<T extends KubeObject>(
    target: Target,
    name: string,
    condition: (object: T) => boolean,
    timeoutMs?: number,
  ): Promise<T>;
  /**
   * Cordons a node and evicts its pods as `kubectl drain` does, asking again every 5 s while a budget refuses; resolves when they
   * are gone. Rejects after `timeoutMs` of the cluster's clock (default: never) with what the server last said of each pod
   * that is left. Not awaited it goes on in the background of other calls.
   */
  drain(node: string, options?: DrainOptions): Promise<void>;
  /** Lets the node take pods again. */
  uncordon(node: string): Promise<void>;
  /** What `perdure why KIND/NAME` knows: the chain of causes with the ways out. The namespace is `default` unless given. */
  explain(subject: string, namespace?: string): Promise<Chain>;
  /**
   * Every breach of at-most-one since the start, in words, judged at the machines and without excuses: a container of a member
   * started while another of the same pod name ran, or a ReadWriteOnce claim in use on two machines. Virtual clock only.
   */
  readonly doubles: readonly string[];
  /** Lets this much time pass. */
  advance(ms: number): Promise<void>;
  /** A node by its name; throws when there is none. Virtual clock only. */
  node(name: string): TestNode;
  /** A pod by its name; the namespace is `default` unless given. */
  pod(name: string, namespace?: string): TestPod;
  /** Virtual clock only. */
  readonly controlPlane: {
    restartControllers(): void;
    /** Kills the API server and starts it again on what its disk holds. */
    restartServer(): void;
    /** Cuts controllers off from the API server. Returns the function that mends it. */
    partition(direction?: 'both' | 'to-server' | 'from-server'): () => void;
  };
  /** Ends it; nothing is left behind. */
  stop(): Promise<void>;
}
