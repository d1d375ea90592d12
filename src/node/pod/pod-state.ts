import type { KubeObject } from '../../schema/object.ts';
import type { ContainerState } from '../runtimes/runtime.ts';
import type { ContainerRecord } from './container-record.ts';
import type { PodVerdict } from './verdict.ts';

export type Stage = 'held' | 'running' | 'halted' | 'ending' | 'ended';

/** How far a resize of the pod's containers is; becomes a condition (node.md 1.3). */
export interface ResizeState {
  readonly type: 'PodResizePending' | 'PodResizeInProgress';
  /** `Deferred`, `Infeasible` or `Error`. */
  readonly reason?: string;
  readonly message?: string;
}

/** A pod on this node as the parts of its life see it and change it; the worker ties them together. */
export interface PodState {
  readonly uid: string;
  readonly key: string;
  pod: KubeObject;
  init: ContainerRecord[];
  apps: ContainerRecord[];
  ephemeral: ContainerRecord[];
  readonly records: readonly ContainerRecord[];
  readonly stage: Stage;
  readonly startTime: number;
  readonly podIPs: readonly string[];
  /** Why it ends, when that is not said by its spec or its containers. */
  readonly verdict: PodVerdict | null;
  /** The object is gone from the API. */
  readonly gone: boolean;
  /** Containers are down, sandbox and volumes are given back. */
  readonly cleaned: boolean;
  resize: ResizeState | null;
  /** A resize is being carried out. */
  resizing: boolean;
  /** How many times its processes were held still. */
  readonly holds: number;
  /** They are now. */
  readonly held: boolean;
  /** Its containers were ended for the node's sake, and may be started again. */
  readonly halted: boolean;
  /** All containers are being ended to start over: nothing is begun meanwhile. */
  restartingAll: boolean;
  /** A container start the runtime is busy with. */
  launching: Promise<ContainerState> | null;
  record(name: string): ContainerRecord | undefined;
  /** Looks at what is and begins what is due. */
  kick(): void;
  /** The grace of the spec, in milliseconds. */
  graceMs(): number;
  /** Its status as it is to stand in the API. */
  status(): Record<string, unknown>;
  /** A container ended; resolves when what follows from it is done. */
  exited(state: ContainerState): Promise<void> | null;
  /** The object changed. */
  update(pod: KubeObject): void;
  /** Something it waited for may be there now. */
  lookAgain(): void;
}
