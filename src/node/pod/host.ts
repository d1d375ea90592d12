import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { FileSystem } from '../files.ts';
import type { Lookup } from '../lookup.ts';
import type { ContainerProbes, ProbeListener } from '../probes/probes.ts';
import type { Runtime, SandboxSpec } from '../runtimes/runtime.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { ContainerRecord, ContainerTemplate } from './container-record.ts';
import type { PodState } from './pod-state.ts';

/** Runs one lifecycle hook; rejects when it fails. */
export type RunHook = (worker: PodState, record: ContainerRecord, handler: ContainerTemplate) => Promise<void>;

/** What a pod worker has from its agent. */
export interface PodHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly client: Client;
  readonly runtime: Runtime;
  readonly lookup: Lookup;
  readonly volumes: VolumeManager;
  /** Null where pods have no files (simulated). */
  readonly files: FileSystem | null;
  readonly nodeName: string;
  readonly maxBackoffMs: number;
  hostIPs(): readonly string[];
  allocatable(): Readonly<Record<string, string>>;
  sandboxSpec(pod: KubeObject): SandboxSpec;
  /** Counts the pod with what it asks for now; otherwise says whether that could ever be had here (`Deferred`, `Infeasible`). */
  admitResize(pod: KubeObject): { readonly reason: string; readonly message: string } | null;
  /** Directory of a pod's logs. */
  logDirectory(pod: KubeObject): string;
  event(
    pod: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: ContainerRecord,
  ): void;
  readonly runHook: RunHook;
  startProbes(worker: PodState, record: ContainerRecord, listener: ProbeListener): ContainerProbes | null;
  /** The pod's status may have changed. */
  changed(worker: PodState): void;
  /** It waits for an object that does not exist (any more): look again when one appears. */
  stuck(worker: PodState, value: boolean): void;
  /** Nothing of the pod is left here and nothing more is to be said about it. */
  forget(worker: PodState): void;
}
