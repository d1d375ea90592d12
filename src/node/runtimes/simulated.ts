import type { Duplex } from 'node:stream';
import { isFencedPod } from '../../api/shared/self-fencing.ts';
import { type Clock, sleep, type Timer } from '../../base/clock.ts';
import type { ExecSession } from '../../base/exec-session.ts';
import {
  type ContainerSpec,
  type ContainerState,
  type PodView,
  type ResolvedImage,
  type Runtime,
  RuntimeError,
  type Sandbox,
  type SandboxSpec,
} from './runtime.ts';
import { AddressPool } from './simulated/address-pool.ts';
import { type Behaviour, behaviourOf } from './simulated/behaviour.ts';
import { simulatedAttach, simulatedConnection, simulatedExec } from './simulated/shell.ts';
import { isPassedBy, type Wait, waitsOf } from './simulated/waits.ts';
import { Watchdog } from './watchdog.ts';

export { AddressPool } from './simulated/address-pool.ts';
export { type Behaviour, behaviourOf, SIMULATE } from './simulated/behaviour.ts';

/** What simulated scripts that wait for others can see of the cluster. */
export interface Names {
  /** Whether a name, as seen from a pod of the namespace, resolves (`name`) or also has someone answering (`connection`). */
  resolves(name: string, namespace: string, need: 'name' | 'connection'): boolean;
  /** Called after anything that may change an answer. */
  onChange(listener: () => void): () => void;
}

export interface SimulatedOptions {
  readonly clock: Clock;
  readonly addresses?: AddressPool;
  readonly names?: Names;
}

interface SimulatedContainer {
  readonly spec: ContainerSpec;
  readonly init: boolean;
  readonly sidecar: boolean;
  /** When it started, in time that no jump of the wall clock touches. */
  readonly sinceMs: number;
  state: ContainerState;
  timer: Timer | null;
  stopping: { at: number; timer: Timer | null } | null;
  waits: readonly Wait[];
}

interface SimulatedPod {
  readonly sandbox: Sandbox;
  readonly spec: SandboxSpec;
  pod: PodView;
  readonly containers: Map<string, SimulatedContainer>;
  timers: Map<string, Timer> | null;
}

const IMAGE_BYTES = 10_000_000;
const TAG = /:[^/:@]+$/;
const REFERENCE = /^[a-zA-Z0-9][\w.:/@-]*$/;

/** Normalised as a container engine would: registry, library and tag filled in. */
function normalised(reference: string): string {
  const first = reference.split('/')[0] ?? '';
  const hosted = reference.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
  const path = hosted
    ? reference
    : reference.includes('/')
      ? `docker.io/${reference}`
      : `docker.io/library/${reference}`;
  return path.includes('@') || TAG.test(path) ? path : `${path}:latest`;
}

const images = new Map<string, ResolvedImage>();

function imageOf(reference: string): ResolvedImage {
  let image = images.get(reference);
  if (image === undefined) {
    const name = normalised(reference);
    image = { image: name, imageId: name, sizeBytes: IMAGE_BYTES, present: true, user: 0 };
    if (images.size > 1000) images.clear();
    images.set(reference, image);
  }
  return image;
}

/**
 * Pods that only exist in memory and behave as their annotations say (`behaviourOf`), in the time of the given clock.
 * By default everything happens at once: containers start, are ready and stop without a timer. Init containers succeed
 * at once, unless their script polls a host of the cluster in a loop: then they run until that host answers.
 */
export function createSimulatedRuntime(options: SimulatedOptions): Runtime {
  return new SimulatedRuntime(options);
}

class SimulatedRuntime implements Runtime {
  readonly name = 'simulated';
  readonly version = 'perdure-simulated://0.1.0';
  readonly conditions = [];
  readonly simulated = true;
  readonly #clock: Clock;
  readonly #addresses: AddressPool;
  readonly #names: Names | undefined;
  readonly #pods = new Map<string, SimulatedPod>();
  readonly #containers = new Map<string, SimulatedContainer>();
  readonly #waiting = new Set<SimulatedContainer>();
  /** Who waits for the end of a container. */
  readonly #stops = new Map<SimulatedContainer, ((state: ContainerState) => void)[]>();
  readonly #watchdog: Watchdog;
  #sequence = 0;
  #onExit: (container: ContainerState) => void = () => {};
  #onProbe: (podUid: string, container: string) => void = () => {};
  #unlisten: () => void = () => {};

  constructor(options: SimulatedOptions) {
    this.#clock = options.clock;
    this.#addresses = options.addresses ?? new AddressPool();
    this.#names = options.names;
    this.#watchdog = new Watchdog(options.clock, () => {
      for (const container of this.#containers.values()) {
        const pod = this.#pods.get(container.spec.podUid)?.pod;
        if (pod !== undefined && isFencedPod(pod)) this.#exit(container, 137);
      }
    });
  }

  watchdog(afterMs: number | null): void {
    this.#watchdog.arm(afterMs);
  }

  async start(
    onExit: (container: ContainerState) => void,
    onProbe: (podUid: string, container: string) => void = () => {},
  ): Promise<void> {
    this.#onExit = onExit;
    this.#onProbe = onProbe;
    this.#unlisten = this.#names?.onChange(() => this.#lookAgain()) ?? (() => {});
  }

  async list(): Promise<{ sandboxes: readonly Sandbox[]; containers: readonly ContainerState[] }> {
    return {
      sandboxes: [...this.#pods.values()].map((pod) => pod.sandbox),
      containers: [...this.#containers.values()].map((container) => container.state),
    };
  }

  async pullImage(
    reference: string,
    _policy: string,
    wanted?: { readonly pod: PodView; readonly container: string },
  ): Promise<ResolvedImage> {
    const error = wanted === undefined ? null : behaviourOf(wanted.pod, wanted.container, false).imageError;
    if (error !== null) throw new RuntimeError('ErrImagePull', error);
    if (!REFERENCE.test(reference)) {
      throw new RuntimeError('InvalidImageName', `couldn't parse image name "${reference}": invalid reference format`);
    }
    return imageOf(reference);
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    const known = this.#pods.get(spec.uid);
    if (known !== undefined) return known.sandbox;
    const sandbox = { uid: spec.uid, ips: [this.#addresses.take()] };
    this.#pods.set(spec.uid, { sandbox, spec, pod: spec.pod, containers: new Map(), timers: null });
    return sandbox;
  }

  async removeSandbox(uid: string): Promise<void> {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    let restarted = false;
    for (const container of pod.containers.values()) {
      if (container.state.phase !== 'exited') this.#exit(container, 137);
      this.#containers.delete(container.state.id);
      restarted ||= container.spec.attempt > 0;
    }
    // Earlier attempts of them are known by their ids only.
    if (restarted) for (const [id, { spec }] of this.#containers) if (spec.podUid === uid) this.#containers.delete(id);
    for (const timer of pod.timers?.values() ?? []) timer.cancel();
    this.#pods.delete(uid);
    for (const address of pod.sandbox.ips) this.#addresses.give(address);
  }

  podChanged(pod: PodView): void {
    const known = this.#pods.get(pod.metadata.uid);
    if (known === undefined || known.pod.metadata.annotations === pod.metadata.annotations) {
      if (known !== undefined) known.pod = pod;
      return;
    }
    known.pod = pod;
    for (const container of known.containers.values()) {
      if (container.state.phase !== 'running') continue;
      this.#scheduleExit(known, container);
      this.#onProbe(pod.metadata.uid, container.spec.name);
    }
  }

  async startContainer(spec: ContainerSpec): Promise<ContainerState> {
    const pod = this.#pods.get(spec.podUid);
    if (pod === undefined) throw new RuntimeError('CreateContainerError', `no sandbox for pod ${spec.podUid}`);
    const declared = (pod.pod.spec.initContainers ?? []).find(
      (container: { name: string }) => container.name === spec.name,
    );
    const sidecar = declared?.restartPolicy === 'Always';
    const init = declared !== undefined && !sidecar;
    const behaviour = behaviourOf(pod.pod, spec.name, init);
    if (behaviour.startDelay > 0) {
      await new Promise<void>((resolve) => this.#clock.setTimer(behaviour.startDelay, resolve));
      if (!this.#pods.has(spec.podUid))
        throw new RuntimeError('RunContainerError', 'the pod was removed while its container started');
    }
    if (this.#watchdog.bitten && isFencedPod(pod.pod))
      throw new RuntimeError('RunContainerError', 'the node does not hold its lease');
    const present = pod.containers.get(spec.name);
    if (present?.spec.attempt === spec.attempt && present.state.phase !== 'exited') return present.state;
    const container: SimulatedContainer = {
      spec,
      init,
      sidecar,
      sinceMs: this.#clock.monotonic(),
      state: {
        id: `perdure-simulated://${spec.podUid}-${spec.name}-${this.#sequence++}`,
        podUid: spec.podUid,
        name: spec.name,
        attempt: spec.attempt,
        phase: 'running',
        startedAt: this.#clock.now(),
        image: spec.image,
      },
      timer: null,
      stopping: null,
      waits: NO_WAITS,
    };
    pod.containers.set(spec.name, container);
    this.#containers.set(container.state.id, container);
    if (init && this.#names !== undefined && (declared.command || declared.args)) {
      const script = [...(declared.command ?? []), ...(declared.args ?? [])].join(' ');
      if (!isPassedBy(script, pod.spec.hostname)) container.waits = waitsOf(script);
    }
    this.#scheduleExit(pod, container);
    if (behaviour.readyAfter > 0) this.#pushLater(pod, container, 'ready', behaviour.readyAfter);
    if (behaviour.livenessFailAfter !== null) this.#pushLater(pod, container, 'live', behaviour.livenessFailAfter);
    return container.state;
  }

  stopContainer(id: string, graceMs: number): Promise<ContainerState> {
    const container = this.#containers.get(id);
    if (container === undefined) return Promise.reject(new RuntimeError('ContainerNotFound', `no container ${id}`));
    if (container.state.phase === 'exited') return Promise.resolve(container.state);
    const pod = this.#pods.get(container.spec.podUid)!;
    const { ignoreSigterm, stopDelay } = behaviourOf(pod.pod, container.spec.name, container.init);
    const killed = ignoreSigterm || stopDelay > graceMs;
    const delay = killed ? graceMs : stopDelay;
    if (delay <= 0) {
      // A well-behaved process ends with 0 on SIGTERM.
      this.#exit(container, killed ? 137 : 0);
      return Promise.resolve(container.state);
    }
    const at = this.#clock.monotonic() + delay;
    if (container.stopping === null || at < container.stopping.at) {
      container.stopping?.timer?.cancel();
      container.stopping = { at, timer: this.#clock.setTimer(delay, () => this.#exit(container, killed ? 137 : 0)) };
    }
    return new Promise((resolve) => {
      this.#stopped(container, resolve);
    });
  }

  #stopped(container: SimulatedContainer, resolve: (state: ContainerState) => void): void {
    const list = this.#stops.get(container);
    if (list === undefined) this.#stops.set(container, [resolve]);
    else list.push(resolve);
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    this.#containers.delete(id);
    const pod = this.#pods.get(container.spec.podUid);
    if (pod?.containers.get(container.spec.name) === container) pod.containers.delete(container.spec.name);
  }

  pushedProbe(podUid: string, name: string, kind: 'startup' | 'readiness' | 'liveness'): boolean | null {
    const pod = this.#pods.get(podUid);
    const container = pod?.containers.get(name);
    if (pod === undefined || container === undefined || container.state.phase !== 'running') return kind === 'liveness';
    const behaviour = behaviourOf(pod.pod, name, container.init);
    return behaviour.honorProbes ? null : this.#answer(behaviour, container, kind);
  }

  async probe(podUid: string, name: string, kind: 'startup' | 'readiness' | 'liveness'): Promise<boolean | null> {
    const pod = this.#pods.get(podUid);
    const container = pod?.containers.get(name);
    if (pod === undefined || container === undefined) return false;
    return this.#answer(behaviourOf(pod.pod, name, container.init), container, kind);
  }

  #answer(behaviour: Behaviour, container: SimulatedContainer, kind: 'startup' | 'readiness' | 'liveness'): boolean {
    // Timers may fire a moment early; nobody asks again after the one that is set for it.
    const age = Math.ceil(this.#clock.monotonic() - container.sinceMs);
    if (age < behaviour.recovery) return false;
    if (kind === 'liveness') return behaviour.livenessFailAfter === null || age < behaviour.livenessFailAfter;
    if (kind === 'startup') return true;
    return !behaviour.neverReady && age >= behaviour.readyAfter;
  }

  runsHooks(podUid: string, name: string): boolean {
    const pod = this.#pods.get(podUid);
    return pod !== undefined && behaviourOf(pod.pod, name, false).honorHooks;
  }

  async exec(id: string, command: readonly string[], streams: { tty: boolean; stdin: boolean }): Promise<ExecSession> {
    const container = this.#containers.get(id);
    if (container?.state.phase !== 'running')
      throw new RuntimeError('ContainerNotRunning', `container ${id} is not running`);
    const pod = this.#pods.get(container.spec.podUid)!;
    const { honorHooks } = behaviourOf(pod.pod, container.spec.name, container.init);
    const place = { hostname: pod.spec.hostname, env: container.spec.env };
    return simulatedExec(command, place, streams, honorHooks ? (ms) => sleep(this.#clock, ms) : undefined);
  }

  async attach(id: string, streams: { tty: boolean; stdin: boolean }): Promise<ExecSession> {
    const container = this.#containers.get(id);
    if (container?.state.phase !== 'running')
      throw new RuntimeError('ContainerNotRunning', `container ${id} is not running`);
    const exit = new Promise<number>((resolve) => {
      this.#stopped(container, (state) => resolve(state.exitCode ?? 0));
    });
    return simulatedAttach(exit, streams);
  }

  async connect(podUid: string, port: number): Promise<Duplex> {
    const pod = this.#pods.get(podUid);
    const up =
      pod !== undefined && [...pod.containers.values()].some((container) => container.state.phase === 'running');
    if (!up)
      throw new RuntimeError(
        'ConnectionRefused',
        `dial tcp ${pod?.sandbox.ips[0] ?? ''}:${port}: connect: connection refused`,
      );
    return simulatedConnection();
  }

  async stats(podUid: string): Promise<readonly { name: string; memoryBytes: number; cpuNanos: number }[]> {
    const pod = this.#pods.get(podUid);
    if (pod === undefined) return [];
    return [...pod.containers.values()]
      .filter((container) => container.state.phase === 'running')
      .map(({ spec, init }) => ({
        name: spec.name,
        memoryBytes: behaviourOf(pod.pod, spec.name, init).memory,
        cpuNanos: 0,
      }));
  }

  async close(): Promise<void> {
    this.#watchdog.arm(null);
    this.#unlisten();
    for (const container of this.#containers.values()) {
      container.timer?.cancel();
      container.stopping?.timer?.cancel();
    }
    for (const pod of this.#pods.values()) for (const timer of pod.timers?.values() ?? []) timer.cancel();
  }

  #scheduleExit(pod: SimulatedPod, container: SimulatedContainer): void {
    container.timer?.cancel();
    container.timer = null;
    const { exitAfter, exitCode, needs, memory } = behaviourOf(pod.pod, container.spec.name, container.init);
    if (memory > (container.spec.limits.memoryBytes ?? Number.POSITIVE_INFINITY)) {
      queueMicrotask(() => this.#exit(container, 137, 'OOMKilled'));
      return;
    }
    if (!container.init && needs !== null && this.#lacks(pod, needs)) {
      queueMicrotask(() => this.#exit(container, 1));
      return;
    }
    if (exitAfter === null) return;
    if (this.#blocked(container)) {
      this.#waiting.add(container);
      return;
    }
    const delay = container.sinceMs + exitAfter - this.#clock.monotonic();
    // An exit is never announced before startContainer has answered.
    if (delay <= 0) queueMicrotask(() => this.#exit(container, exitCode));
    else container.timer = this.#clock.setTimer(delay, () => this.#exit(container, exitCode));
  }

  #lacks({ spec }: SimulatedPod, host: string): boolean {
    return host.split('.')[0] !== spec.hostname && this.#names?.resolves(host, spec.namespace, 'name') === false;
  }

  #blocked(container: SimulatedContainer): boolean {
    const namespace = this.#pods.get(container.spec.podUid)?.spec.namespace ?? '';
    return container.waits.some(({ host, need }) => this.#names?.resolves(host, namespace, need) === false);
  }

  #lookAgain(): void {
    for (const container of [...this.#waiting]) {
      const pod = this.#pods.get(container.spec.podUid);
      if (pod === undefined || container.state.phase === 'exited') this.#waiting.delete(container);
      else if (!this.#blocked(container)) {
        this.#waiting.delete(container);
        this.#scheduleExit(pod, container);
      }
    }
  }

  #pushLater(pod: SimulatedPod, container: SimulatedContainer, what: string, delay: number): void {
    pod.timers ??= new Map();
    const key = `${container.spec.name}/${what}`;
    pod.timers.get(key)?.cancel();
    pod.timers.set(
      key,
      this.#clock.setTimer(delay, () => this.#onProbe(container.spec.podUid, container.spec.name)),
    );
  }

  #exit(container: SimulatedContainer, exitCode: number, reason?: 'OOMKilled'): void {
    if (container.state.phase === 'exited') return;
    container.timer?.cancel();
    container.stopping?.timer?.cancel();
    this.#waiting.delete(container);
    container.state = {
      ...container.state,
      phase: 'exited',
      finishedAt: this.#clock.now(),
      exitCode,
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    };
    const stops = this.#stops.get(container);
    this.#stops.delete(container);
    for (const resolve of stops ?? []) resolve(container.state);
    this.#onExit(container.state);
  }
}

const NO_WAITS: readonly Wait[] = [];
