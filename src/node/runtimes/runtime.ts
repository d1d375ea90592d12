import type { Duplex } from 'node:stream';
import type { ExecSession } from '../../base/exec-session.ts';

/** Error of a runtime with the reason that goes into the container's waiting state (`ErrImagePull`, `RunContainerError`, ...). */
export class RuntimeError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.name = 'RuntimeError';
    this.reason = reason;
  }
}

/** Something the user should know about an image here. */
export interface ImageNotice {
  readonly text: string;
  /** Variables of the container: where one of them is set, nothing needs to be said. */
  readonly unlessSet: readonly string[];
}

/** What an image reference resolves to. */
export interface ResolvedImage {
  /** Normalised reference, e.g. `docker.io/library/postgres:15`. */
  readonly image: string;
  /** Reference with digest. */
  readonly imageId: string;
  readonly sizeBytes: number;
  /** True: it was already here, nothing had to be pulled. */
  readonly present: boolean;
  /** User the image runs as by default; 0 is root. */
  readonly user: number;
  /** The agent emits it as a Warning event when it starts a container of it. */
  readonly notice?: ImageNotice;
}

export interface SandboxSpec {
  /** Pod identity: uid is the key. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  /** Directory of the pod under the data directory. */
  readonly directory: string;
  readonly dns: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  /** The pod object, read-only: annotations steer the simulated runtime. */
  readonly pod: PodView;
}

// biome-ignore lint/suspicious/noExplicitAny: a pod as stored
export type PodView = { readonly metadata: any; readonly [field: string]: any };

export interface Sandbox {
  readonly uid: string;
  readonly ips: readonly string[];
}

export interface MountSpec {
  /** Absolute path on the host, made by the volume manager. */
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec {
  readonly podUid: string;
  readonly name: string;
  /** 0-based attempt: restartCount of this instance. */
  readonly attempt: number;
  readonly image: ResolvedImage;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly (readonly [string, string])[];
  readonly mounts: readonly MountSpec[];
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  /** Capability names without `CAP_`; null: all; left out: the default set (`capabilities.ts`). */
  readonly capabilities?: readonly string[] | null;
  /** False: it may gain rights it does not start with. */
  readonly noNewPrivileges?: boolean;
  /** True: nothing of /proc is masked. */
  readonly procUnmasked?: boolean;
  /** Whose processes it sees: its own, all of its pod, all of the node, or those of the container with this id. Default: own. */
  readonly pidNamespace?: 'own' | 'pod' | 'node' | { readonly container: string };
  /** What asks it to end, instead of the image's signal. */
  readonly stopSignal?: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Standard input ends when the first client that attached to it leaves. */
  readonly stdinOnce?: boolean;
  readonly limits: { readonly memoryBytes?: number; readonly cpuMillis?: number };
  /** File the log goes to in CRI format, `<time> stdout|stderr F|P <text>`. */
  readonly logPath: string;
  /** File on the host that shows as terminationMessagePath. */
  readonly terminationLogPath: string;
  readonly terminationMessagePath: string;
}

export interface ContainerState {
  readonly id: string;
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  readonly phase: 'created' | 'running' | 'exited';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`. */
  readonly reason?: string;
  readonly message?: string;
  /** Image as it was started, so that an agent that restarts can report it. */
  readonly image: ResolvedImage;
  /** Host process id, where there is one. */
  readonly pid?: number;
}

/**
 * What runs pods (design D6). One instance serves one node agent. All ids are the runtime's own; `uid` is the pod's.
 * A runtime never restarts anything by itself and never starts a second instance of a container that still runs.
 */
export interface Runtime {
  readonly name: string;
  /** As Node.status.nodeInfo.containerRuntimeVersion, e.g. `perdure-process://0.1.0`. */
  readonly version: string;
  /** Node conditions that say what is not enforced or which network mode is on. */
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  /** Simulated: nothing of the host is touched, so the agent makes no files and no connections for its pods. */
  readonly simulated?: boolean;
  /**
   * Called once before use; finds what an earlier process of ours left running. `onProbe` is for runtimes that answer
   * probes by pushing (`pushedProbe`): its answer for this container may have changed.
   */
  start(
    onExit: (container: ContainerState) => void,
    onProbe?: (podUid: string, container: string) => void,
  ): Promise<void>;
  /** Sandboxes and containers that exist, running or exited: what a restarted agent adopts. */
  list(): Promise<{ readonly sandboxes: readonly Sandbox[]; readonly containers: readonly ContainerState[] }>;
  /** Throws RuntimeError ErrImagePull, InvalidImageName, ErrImageNeverPull. */
  pullImage(
    reference: string,
    policy: 'Always' | 'IfNotPresent' | 'Never',
    wanted?: { readonly pod: PodView; readonly container: string },
  ): Promise<ResolvedImage>;
  createSandbox(spec: SandboxSpec): Promise<Sandbox>;
  /** Kills what is left in it and gives network back; harmless if it is gone. */
  removeSandbox(uid: string): Promise<void>;
  /** Gives the network of a pod back whose containers have all exited; what is known of them stays, for `list`. */
  releaseSandbox?(uid: string): Promise<void>;
  /** Creates and starts. Throws RuntimeError CreateContainerError or RunContainerError. */
  startContainer(spec: ContainerSpec): Promise<ContainerState>;
  /** SIGTERM (or the image's stop signal), after `graceMs` SIGKILL; resolves when it has exited. A shorter second call shortens. */
  stopContainer(id: string, graceMs: number): Promise<ContainerState>;
  /** Changes the limits of a running container; left out: they have no effect here. */
  updateContainer?(id: string, limits: ContainerSpec['limits']): Promise<void>;
  /** Forgets an exited container. */
  removeContainer(id: string): Promise<void>;
  exec(
    id: string,
    command: readonly string[],
    options: { readonly tty: boolean; readonly stdin: boolean },
  ): Promise<ExecSession>;
  /** Output from now on, and stdin where the container has one. */
  attach(id: string, options: { readonly stdin: boolean; readonly tty: boolean }): Promise<ExecSession>;
  /** A connection to a TCP port inside the pod's network (probes, port-forward, service proxy). */
  connect(podUid: string, port: number, host?: string): Promise<Duplex>;
  /** Simulated runtimes answer probes themselves: true/false, or null to do the real thing. */
  probe?(podUid: string, container: string, kind: 'startup' | 'readiness' | 'liveness'): Promise<boolean | null>;
  /** The answer now, without schedule or thresholds; null: probe as the spec says. */
  pushedProbe?(podUid: string, container: string, kind: 'startup' | 'readiness' | 'liveness'): boolean | null;
  /**
   * Unless it is called again within this time, all containers of members (`isFencedPod`) are killed and none is started until
   * it is called again; null: never. It works whatever becomes of the agent that called it. A runtime without it
   * cannot promise that members end.
   */
  watchdog?(afterMs: number | null): void;
  /** Simulated: whether the preStop hooks of this container run; left out: they do not. */
  runsHooks?(podUid: string, container: string): boolean;
  /** The pod object changed (annotations steer simulated runtimes). */
  podChanged?(pod: PodView): void;
  /** Bytes and CPU of a pod's containers, for metrics and eviction. */
  stats(
    podUid: string,
  ): Promise<readonly { readonly name: string; readonly memoryBytes: number; readonly cpuNanos: number }[]>;
  /** Holds all processes of a pod where they are; returns the function that lets them go on. */
  pause?(podUid: string): () => void;
  /** As a loss of power: what runs is killed without a word; `list` of the next one knows of containers that have exited. Only `close` may follow. */
  powerOff?(): Promise<void>;
  close(): Promise<void>;
}
