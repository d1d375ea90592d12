import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { FileSystem } from './files.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Lookup } from './lookup.ts';
import type { MeasureVolume } from './metrics/volume-stats.ts';
import type { NodeProfile } from './node-object.ts';
import type { PodSource } from './pod-router.ts';
import type { Observation, Threshold } from './pressure/thresholds.ts';
import type { Dialers } from './probes/prober.ts';
import type { Runtime } from './runtimes/runtime.ts';
import type { NodeDns } from './sandbox-spec.ts';
import type { GrowFileSystem } from './volumes/file-system-growth.ts';
import type { VolumeManager } from './volumes/volume-manager.ts';

export interface NodeAgentOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly runtime: Runtime;
  readonly pods: PodSource;
  readonly heartbeats: Heartbeats;
  readonly lookup: Lookup;
  /** Where this node's events come from; null: none are reported. */
  readonly recorder: EventRecorder | null;
  readonly profile: NodeProfile;
  /** The Node object was made by a client: the agent plays it, but leaves its labels and size alone. */
  readonly adopted?: boolean;
  /** Real pods need all three; simulated ones none. */
  readonly files?: FileSystem;
  readonly dialers?: Dialers;
  readonly volumes: VolumeManager;
  /** Directory of this node's pods and logs; '' for simulated ones. */
  readonly directory?: string;
  readonly dns?: NodeDns;
  /** Longest crash backoff, 300 s when left out. */
  readonly maxRestartBackoffMs?: number;
  /** Grows file systems of mounted volumes; left out: there is nothing to grow. */
  readonly growFileSystem?: GrowFileSystem;
  /** Says how full a volume is; left out: nothing is known of that. */
  readonly measure?: MeasureVolume;
  /** Below which pods are given up; default `DEFAULT_EVICTION`. */
  readonly evictionHard?: readonly Threshold[];
  /** What the node has left; left out: what annotations of its Node say (simulated). */
  readonly observe?: () => Promise<Observation>;
}
