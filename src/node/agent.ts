import { MANAGED_ATTACH } from '../api/shared/attachment.ts';
import { isFencedPod } from '../api/shared/self-fencing.ts';
import type { NodeEndpoint } from '../apiserver/streaming/node-endpoint.ts';
import { keyOf, revisionOf } from '../client/meta.ts';
import type { KubeObject } from '../schema/object.ts';
import { NodeAdmission, type Refusal } from './admission.ts';
import type { NodeAgentOptions } from './agent-options.ts';
import { createEndpoint } from './endpoint.ts';
import { reportEvent } from './events.ts';
import type { LogRotator } from './logs/rotate.ts';
import { createLogRotator } from './logs/rotate.ts';
import { createPages } from './metrics/pages.ts';
import { NodeRegistration } from './node-registration.ts';
import { endPods, NODE_SHUTDOWN, SHUTDOWN, type ShutdownGrace, shutdownOf } from './node-shutdown.ts';
import type { ContainerRecord } from './pod/container-record.ts';
import type { PodHost } from './pod/host.ts';
import type { PodState } from './pod/pod-state.ts';
import type { PodVerdict } from './pod/verdict.ts';
import { PodWorker } from './pod/worker.ts';
import { createPodHost } from './pod-host.ts';
import { NodePressure } from './pressure/node-pressure.ts';
import { simulatedLeft } from './pressure/simulated.ts';
import { DEFAULT_EVICTION, parseThresholds } from './pressure/thresholds.ts';
import type { ContainerState, Sandbox } from './runtimes/runtime.ts';
import { SelfFencing } from './self-fencing.ts';
import { StatusWriter } from './status-writer.ts';
import { removeStrayDirectories, removeStrays } from './strays.ts';
import { ClaimVolumes } from './volumes/claim-volumes.ts';
import { FileSystemGrowth } from './volumes/file-system-growth.ts';
import { NodeAttachments } from './volumes/node-attachments.ts';

/** One node: registers it, plays its pods, serves their logs and streams. */
export interface NodeAgent extends NodeEndpoint {
  readonly name: string;
  /** Adopts what still runs, registers, and takes pods from then on. Throws when the node cannot be registered. */
  start(): Promise<void>;
  /** Ends what runs, each pod within its grace and at most `longestMs`, and reports it; pods stay in the API. */
  haltPods(longestMs: number): Promise<void>;
  /** Graceful shutdown of the machine: takes no more pods, is not ready, and ends all pods; they are Failed then. */
  shutDown(grace: ShutdownGrace): Promise<void>;
  /** Stops watching and reporting; what runs goes on running. */
  stop(): Promise<void>;
  /** The power of the machine goes: nothing of it runs on, and nobody is told. It is started again as a new agent. */
  powerOff(): Promise<void>;
  /** A ConfigMap, Secret or claim appeared or changed. */
  sourceChanged(kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim', namespace: string, name: string): void;
  nodeChanged(node: KubeObject): void;
  /** A claim waits for the node that mounts it to grow its file system. */
  claimGrew(claim: KubeObject): void;
  /** Holds the pods that have a volume mounted here; returns the function that lets them go on. */
  pauseUsers(volume: string): () => void;
  /** Pods on this node with the worker that plays them. */
  readonly workers: ReadonlyMap<string, PodWorker>;
}

export function createNodeAgent(options: NodeAgentOptions): NodeAgent {
  return new Agent(options);
}

/** Why members are not started again on a node that was given up. */
const GIVEN_UP: PodVerdict = {
  reason: 'NodeGivenUp',
  message: 'The node did not renew its lease in time, and its members were given up.',
};

class Agent implements NodeAgent {
  readonly name: string;
  readonly workers = new Map<string, PodWorker>();
  readonly logs: NodeEndpoint['logs'];
  readonly exec: NodeEndpoint['exec'];
  readonly attach: NodeEndpoint['attach'];
  readonly connect: NodeEndpoint['connect'];
  readonly page: NodeEndpoint['page'];
  readonly #options: NodeAgentOptions;
  readonly #registration: NodeRegistration;
  readonly #writer: StatusWriter;
  readonly #admission = new NodeAdmission();
  readonly #stuck = new Set<PodState>();
  /** Workers by namespace/name: one pod of a name at a time. */
  readonly #byName = new Map<string, PodWorker[]>();
  readonly #volumes: ClaimVolumes;
  readonly #attachments: NodeAttachments;
  readonly #fencing: SelfFencing;
  readonly #host: PodHost;
  readonly #rotator: LogRotator | null;
  readonly #pressure: NodePressure;
  #found: { sandboxes: Map<string, Sandbox>; containers: Map<string, ContainerState[]> } | null = null;
  /** Containers that ended before a worker took them over; null once all are. */
  #exits: Map<string, ContainerState> | null = new Map();
  /** Nothing runs here any more for pods the API does not know. */
  #tidy = false;
  #unlisten: () => void = () => {};
  #halting = false;
  #cordoned = false;
  #shuttingDown = false;
  #shutdownAsked: string | undefined;
  #onChange: () => void = () => {};
  #still: () => void = () => {};

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    this.name = options.profile.name;
    const { client, clock, runtime, profile } = options;
    this.#attachments = new NodeAttachments(() => void this.#registration.report().catch(() => undefined));
    this.#registration = new NodeRegistration({
      client,
      clock,
      runtime,
      profile,
      adopted: options.adopted === true,
      attachments: this.#attachments,
      pressure: () => this.#pressure.active,
    });
    this.#pressure = this.#nodePressure();
    this.#volumes = this.#claimVolumes();
    this.#writer = new StatusWriter({
      client,
      clock,
      lastWord: runtime.simulated !== true,
      standIn: options.adopted === true,
    });
    this.#host = this.#podHost();
    const fenced = (): PodWorker[] => [...this.workers.values()].filter(({ pod }) => isFencedPod(pod));
    this.#fencing = new SelfFencing({
      clock,
      runtime,
      leaseMs: options.heartbeats.leaseMs,
      stop: async (graceMs) => {
        await Promise.all(fenced().map((worker) => (worker.started ? worker.halt(graceMs) : null)));
      },
      resume: () => this.#resume(),
      giveUp: () => {
        for (const worker of fenced()) worker.evict(GIVEN_UP, 0);
      },
    });
    this.#rotator = options.files === undefined ? null : createLogRotator({ files: options.files, clock });
    this.page = createPages({
      nodeName: this.name,
      clock,
      runtime,
      directory: options.directory ?? '',
      measure: options.measure,
      workers: () => [...this.workers.values()],
      claims: () => this.#volumes.mounted(),
    });
    const endpoint = createEndpoint({
      runtime,
      clock,
      files: options.files ?? null,
      logDirectory: (pod) => this.#logDirectory(pod),
      worker: (pod) => this.workers.get(pod.metadata.uid ?? ''),
    });
    this.logs = endpoint.logs;
    this.exec = endpoint.exec;
    this.attach = endpoint.attach;
    this.connect = endpoint.connect;
  }

  async start(): Promise<void> {
    const { client, runtime, heartbeats, pods } = this.#options;
    await runtime.start(
      (state) => {
        const worker = this.workers.get(state.podUid);
        if (worker === undefined) this.#exits?.set(state.id, state);
        else void worker.exited(state);
      },
      (uid, container) => this.workers.get(uid)?.probeChanged(container),
    );
    const { sandboxes, containers } = await runtime.list();
    this.#found = { sandboxes: new Map(sandboxes.map((sandbox) => [sandbox.uid, sandbox])), containers: new Map() };
    for (const state of containers) {
      const list = this.#found.containers.get(state.podUid);
      if (list === undefined) this.#found.containers.set(state.podUid, [state]);
      else list.push(state);
    }
    const node = await this.#registration.register();
    this.#event(node, 'Normal', 'Starting', 'Starting kubelet.');
    this.#fencing.begin(node);
    this.#followShutdown(node);
    this.#followCordon(node);
    this.#still = heartbeats.add(client, node, this.#fencing, () => {
      void this.#registration.report().catch(() => undefined);
      void this.#pressure.look().catch(() => undefined);
    });
    this.#unlisten = pods.listen(this.name, {
      podSet: (pod) => this.#podSet(pod),
      podGone: (pod) => this.#podGone(pod),
    });
    await this.#removeStrays();
    this.#attachments.lookedAt();
  }

  async haltPods(longestMs: number): Promise<void> {
    if (this.#options.runtime.simulated === true) return;
    this.#halting = true;
    await Promise.all([...this.workers.values()].map((worker) => worker.halt(longestMs)));
    await this.#writer.settled();
  }

  async shutDown(grace: ShutdownGrace): Promise<void> {
    this.#shuttingDown = true;
    const node = this.#registration.node;
    if (node !== null) this.#event(node, 'Normal', 'Shutdown', 'Shutdown manager detected shutdown event');
    await this.#registration.shuttingDown(true).catch(() => undefined);
    await endPods(this.workers.values(), grace, this.#options.clock, (workers) => this.#ended(workers));
    await this.#writer.settled();
  }

  /** Shuts the node down, or starts it again, as its annotation says. */
  #followShutdown(node: KubeObject): void {
    const asked = node.metadata.annotations?.[SHUTDOWN];
    if (asked === this.#shutdownAsked) return;
    this.#shutdownAsked = asked;
    try {
      const grace = shutdownOf(node);
      if (grace !== null) void this.shutDown(grace);
      else {
        this.#shuttingDown = false;
        void this.#registration.shuttingDown(false).catch(() => undefined);
      }
    } catch (error) {
      this.#event(node, 'Warning', 'InvalidAnnotation', `${SHUTDOWN} is ignored: ${(error as Error).message}`);
    }
  }

  #ended(workers: readonly PodWorker[]): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (workers.every(({ cleaned }) => cleaned)) resolve();
      };
      this.#onChange = look;
      look();
    });
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#still();
    this.#fencing.stop();
    this.#writer.stop();
    this.#rotator?.stop();
    for (const worker of this.workers.values()) worker.detach();
    this.#volumes.stop();
    await this.#options.runtime.close();
  }

  async powerOff(): Promise<void> {
    await this.#options.runtime.powerOff?.();
    await this.stop();
  }

  sourceChanged(kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim', namespace: string, name: string): void {
    if (kind !== 'PersistentVolumeClaim') this.#volumes.sourceChanged(kind, namespace, name);
    else this.#volumes.claimSeen(namespace, name);
    for (const worker of [...this.#stuck]) if (worker.pod.metadata.namespace === namespace) worker.lookAgain();
  }

  deletionAsked(pod: KubeObject): void {
    const worker = this.workers.get(pod.metadata.uid ?? '');
    if (worker !== undefined) this.#writer.deletionAsked(worker);
  }

  nodeChanged(node: KubeObject): void {
    this.#registration.seen(node);
    if (this.#registration.node === null) return;
    this.#fencing.seen(this.#registration.node);
    this.#followShutdown(this.#registration.node);
    this.#followCordon(this.#registration.node);
  }

  #followCordon({ spec }: KubeObject): void {
    const cordoned = spec?.unschedulable === true;
    if (cordoned === this.#cordoned) return;
    this.#cordoned = cordoned;
    const reason = cordoned ? 'NodeNotSchedulable' : 'NodeSchedulable';
    this.#event(this.#registration.node!, 'Normal', reason, `Node ${this.name} status is now: ${reason}`);
  }

  claimGrew(claim: KubeObject): void {
    this.#volumes.claimChanged(claim);
  }

  pauseUsers(volume: string): () => void {
    const { runtime } = this.#options;
    const go = this.#volumes.hold(volume);
    const resume = this.#volumes
      .usersOf(volume)
      .flatMap((uid) => [this.workers.get(uid)?.hold() ?? [], runtime.pause?.(uid) ?? []].flat());
    return () => {
      for (const each of resume) each();
      go();
    };
  }

  #nodePressure(): NodePressure {
    const { clock, runtime, files = null, directory = '', profile } = this.#options;
    return new NodePressure({
      clock,
      runtime,
      files,
      thresholds: this.#options.evictionHard ?? parseThresholds(DEFAULT_EVICTION),
      observe: this.#options.observe ?? (async () => simulatedLeft(this.#registration.node)),
      workers: () => this.workers.values(),
      directories: (pod) => ({ directory: `${directory}/pods/${pod.metadata.uid}`, logs: this.#logDirectory(pod) }),
      podEvent: (pod, reason, message) => this.#event(pod, 'Warning', reason, message),
      nodeEvent: (type, reason, message) => {
        const node = this.#registration.node;
        const text = type === 'Normal' ? `Node ${profile.name} status is now: ${message}` : message;
        if (node !== null) this.#event(node, type, reason, text);
      },
      changed: () => void this.#registration.report().catch(() => undefined),
    });
  }

  #claimVolumes(): ClaimVolumes {
    const { client, clock, lookup, volumes, profile, growFileSystem = async () => {} } = this.#options;
    return new ClaimVolumes({
      inner: volumes,
      client,
      lookup,
      attachments: this.#attachments,
      growth: new FileSystemGrowth({
        client,
        clock,
        nodeName: profile.name,
        grow: growFileSystem,
        event: (subject, type, reason, message) => this.#event(subject, type, reason, message),
      }),
      node: () => this.#registration.node,
      managed: () => this.#registration.node?.metadata.annotations?.[MANAGED_ATTACH] !== undefined,
      freed: () => [...this.#stuck].forEach((worker) => void worker.lookAgain()),
    });
  }

  /** What runs for pods the API no longer knows of is stopped, before anything new starts: it may be of the same name. */
  async #removeStrays(): Promise<void> {
    const found = this.#found;
    this.#found = null;
    this.#exits = null;
    const isKnown = this.workers.has.bind(this.workers);
    await removeStrays(this.#options, found, isKnown);
    this.#tidy = true;
    this.#resume();
    await removeStrayDirectories(this.#options, isKnown);
  }

  #podSet(pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.workers.get(uid);
    if (known !== undefined) {
      known.update(pod);
      this.#writer.seen(known);
      return;
    }
    if (this.#halting) return;
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const worker = new PodWorker(this.#host, pod);
    this.workers.set(uid, worker);
    const key = keyOf(pod);
    const others = this.#byName.get(key);
    if (others === undefined) this.#byName.set(key, [worker]);
    else others.push(worker);
    const sandbox = this.#found?.sandboxes.get(uid);
    const states = this.#found?.containers.get(uid)?.map((state) => this.#exits?.get(state.id) ?? state);
    if (sandbox !== undefined || states !== undefined) {
      this.#volumes.adopt(pod);
      worker.adopt(sandbox ?? null, states ?? []);
      this.#admission.take(pod);
      if (this.#mayBeReplaced(pod)) worker.evict(GIVEN_UP, 0);
    } else if (!finished && this.#mayBeReplaced(pod)) {
      worker.refuse(GIVEN_UP);
      return;
    } else if (!finished && pod.metadata.deletionTimestamp === undefined) {
      const refusal = this.#shuttingDown ? NODE_SHUTDOWN : this.#pressure.refusal(pod);
      if (refusal !== null) {
        this.#refuse(worker, refusal);
        return;
      }
      const node = this.#registration.node!;
      const misfit = this.#admission.admit(pod, node);
      if (misfit !== null) {
        void this.#lookAgain(worker, node, misfit);
        return;
      }
    }
    // A pod of the same name that is still going away comes first: never two at once.
    if (others === undefined || others.length === 1) this.#release(worker);
  }

  /** The scheduler may know more of our node than our cache does; a refusal for what is over would be followed by the same again. */
  async #lookAgain(worker: PodWorker, known: KubeObject, misfit: Refusal): Promise<void> {
    const node = await this.#registration.reread();
    if (this.workers.get(worker.uid) !== worker || worker.stage !== 'held' || this.#halting) return;
    const refusal = revisionOf(node) > revisionOf(known) ? this.#admission.admit(worker.pod, node) : misfit;
    if (refusal !== null) this.#refuse(worker, refusal);
    else if (this.#byName.get(worker.key)?.[0] === worker) this.#release(worker);
  }

  #refuse(worker: PodWorker, { reason, message }: Refusal): void {
    this.#event(worker.pod, 'Warning', reason, message);
    worker.refuse({ reason, message: `Pod was rejected: ${message}` });
  }

  /** A member from before the node was given up may be running elsewhere by now, and its deletion be on its way. */
  #mayBeReplaced(pod: KubeObject): boolean {
    return isFencedPod(pod) && revisionOf(pod) <= this.#fencing.acknowledged;
  }

  /** Members are let run only while the node holds its lease. */
  #release(worker: PodWorker): void {
    if (!this.#fencing.open && isFencedPod(worker.pod)) return;
    if (!this.#tidy && !worker.started) return;
    worker.release();
    worker.resume();
  }

  #resume(): void {
    if (this.#halting) return;
    for (const [first] of this.#byName.values()) if (first !== undefined) this.#release(first);
  }

  #podGone(pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    this.workers.get(uid)?.removed();
    this.#giveRoom(uid);
  }

  /** A pod that is down, or gone from the API, takes no room, as the scheduler counts too. Others may wait for it. */
  #giveRoom(uid: string): void {
    if (!this.#admission.release(uid)) return;
    for (const other of this.workers.values()) if (other.resize?.reason === 'Deferred') other.kick();
  }

  #forget(worker: PodState): void {
    this.workers.delete(worker.uid);
    this.#writer.forget(worker);
    this.#stuck.delete(worker);
    this.#giveRoom(worker.uid);
    const { files } = this.#options;
    if (files !== undefined) void files.remove(this.#logDirectory(worker.pod)).catch(() => undefined);
    const others = (this.#byName.get(worker.key) ?? []).filter((other) => other !== worker);
    if (others.length === 0) this.#byName.delete(worker.key);
    else {
      this.#byName.set(worker.key, others);
      this.#release(others[0]!);
    }
  }

  #logDirectory(pod: KubeObject): string {
    const { namespace, name, uid } = pod.metadata;
    return `${this.#options.directory ?? ''}/logs/${namespace}_${name}_${uid}`;
  }

  #event(
    subject: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: ContainerRecord,
  ): void {
    const { recorder } = this.#options;
    if (recorder !== null) reportEvent(recorder, subject, { type, reason, message }, container);
  }

  #podHost(): PodHost {
    return createPodHost(this.#options, {
      volumes: this.#volumes,
      allocatable: () => this.#registration.node?.status?.allocatable ?? {},
      admitResize: (pod) => this.#admission.resize(pod, this.#registration.node!),
      logDirectory: (pod) => this.#logDirectory(pod),
      event: (pod, type, reason, message, container) => this.#event(pod, type, reason, message, container),
      changed: (worker) => {
        this.#writer.mark(worker);
        if (worker.cleaned) this.#giveRoom(worker.uid);
        this.#onChange();
        this.#rotator?.follow(worker, this.#logDirectory(worker.pod));
      },
      stuck: (worker, value) => {
        if (value) this.#stuck.add(worker);
        else this.#stuck.delete(worker);
      },
      forget: (worker) => this.#forget(worker),
    });
  }
}
