import { DEFAULT_EVICTION } from '../node/pressure/thresholds.ts';
import type { FeatureGates } from '../schema/kind.ts';

export type RuntimeName = 'process' | 'simulated';
export type NetworkMode = 'auto' | 'namespace' | 'loopback';

/** Everything that shapes a cluster. `perdure up` fills it from its options. */
export interface ClusterOptions {
  /** Absolute; holds keys, store, volumes, pods and logs. Unused parts are not created when `ephemeral`. */
  readonly dataDir: string;
  /** Keep API objects in memory only. */
  readonly ephemeral: boolean;
  /** 0: the port of the last start, else 6443, else any free one. */
  readonly port: number;
  /** Address to listen on; anything but loopback has to be asked for. */
  readonly host: string;
  readonly runtime: RuntimeName;
  readonly network: NetworkMode;
  /** Number of virtual nodes of our own, `node-1` … */
  readonly nodes: number;
  /** Zone labels given to the nodes in turn. */
  readonly zones: readonly string[];
  /** Label selector: Node objects of clients that match are played by simulated agents. */
  readonly simulateNodes: string | null;
  readonly gates: FeatureGates;
  /** File with further images of the catalog. */
  readonly images: string | null;
  readonly allowHostPath: boolean;
  /** Provisioner names of others that ours stands in for. */
  readonly provisionerAliases: readonly string[];
  /** Install the kinds of snapshot.storage.k8s.io. */
  readonly volumeSnapshots: boolean;
  /** Our nodes end their members when they cannot renew their lease. */
  readonly selfFencing: boolean;
  /** Below which our real nodes give up pods (`parseThresholds`). */
  readonly evictionHard: string;
  /** How long a node may be silent before it counts as unhealthy (kube-controller-manager's option of that name). */
  readonly nodeMonitorGraceMs: number;
  /** How long the lease of a node of our own lasts (kubelet's nodeLeaseDurationSeconds). */
  readonly nodeLeaseMs: number;
}

export const DEFAULT_OPTIONS: Omit<ClusterOptions, 'dataDir'> = {
  ephemeral: false,
  port: 0,
  host: '127.0.0.1',
  runtime: 'process',
  network: 'auto',
  nodes: 1,
  zones: [],
  simulateNodes: null,
  gates: {},
  images: null,
  allowHostPath: false,
  provisionerAliases: [],
  volumeSnapshots: false,
  selfFencing: false,
  evictionHard: DEFAULT_EVICTION,
  nodeMonitorGraceMs: 50_000,
  nodeLeaseMs: 40_000,
};
