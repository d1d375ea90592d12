import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { isFencedPod } from '../../../api/shared/self-fencing.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import type { ExecSession } from '../../../base/exec-session.ts';
import type { ImageCatalog } from '../../images/catalog.ts';
import {
  type ContainerSpec,
  type ContainerState,
  type MountSpec,
  type ResolvedImage,
  type Runtime,
  RuntimeError,
  type Sandbox,
  type SandboxSpec,
} from '../runtime.ts';
import { Watchdog } from '../watchdog.ts';
import { attachTo } from './attach.ts';
import { Cgroups } from './cgroups.ts';
import { type ContainerFile, ProcessContainer } from './container.ts';
import { dial, dialInside } from './dial.ts';
import { execIn } from './exec.ts';
import { HostsFiles, type PodHosts, type PodNames } from './hosts-files.ts';
import { containerEnvironment, hasStdinPipe, identityOf, launch } from './launch.ts';
import { MemoryGuard } from './memory-guard.ts';
import type { PodNetwork } from './network.ts';
import { pauseProcesses, resumeProcesses } from './pause.ts';
import { type SharedProcesses, startPause } from './pid-namespaces.ts';
import { writePodFiles } from './pod-files.ts';
import { rightsOf } from './privileges.ts';
import { bootId, isAlive, type ProcessIdentity, signal, usageOf } from './processes.ts';
import { type NetworkChoice, SharedNetwork } from './shared-network.ts';
import { detectSupport, HELPER_ENVIRONMENT, type Support } from './support.ts';

export interface ProcessRuntimeOptions {
  readonly clock: Clock;
  readonly catalog: ImageCatalog;
  /** Everything is kept below it. */
  readonly directory: string;
  /** Data directory of Perdure, hidden from containers. Default: `directory`. */
  readonly dataDirectory?: string;
  /** The pod network all nodes of a data directory share, or how to make one for this runtime alone. */
  readonly network?: SharedNetwork | NetworkChoice;
  /** Shown in the hosts files of pods, where no DNS server tells them. */
  readonly names?: PodNames;
  /** What `detectSupport` found, where it was asked before. */
  readonly support?: Support;
  /** False: limits are enforced without control groups, as where they cannot be written. */
  readonly controlGroups?: boolean;
}

interface SandboxRecord {
  readonly uid: string;
  readonly network: PodNetwork;
  readonly boot: string;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  readonly mounts: readonly MountSpec[];
  readonly hosts: PodHosts;
  /** Of its pod two must never run. */
  readonly member?: boolean;
  /** Holds the processes its containers share. */
  pause?: ProcessIdentity;
}

/** As a pod's status shows an id; files are named by what follows. */
const ID_SCHEME = 'perdure-process://';

/** Runs pods as real processes of this machine in namespaces of their own (design section 5). */
export class ProcessRuntime implements Runtime {
  readonly name = 'process';
  readonly version = 'perdure-process://0.1.0';
  readonly #options: ProcessRuntimeOptions;
  readonly #support: Support;
  readonly #network: SharedNetwork;
  readonly #hosts: HostsFiles | null;
  readonly #cgroups: Cgroups;
  readonly #memory: MemoryGuard;
  readonly #watchdog: Watchdog;
  readonly #sandboxes = new Map<string, SandboxRecord>();
  readonly #containers = new Map<string, ProcessContainer>();
  #onExit: (container: ContainerState) => void = () => undefined;
  #off = false;

  /** Throws Error that names what is missing on a machine that cannot run containers. */
  constructor(options: ProcessRuntimeOptions) {
    this.#options = { ...options, directory: resolve(options.directory) };
    this.#support = options.support ?? detectSupport();
    if (this.#support.missing.length > 0) {
      throw new Error(
        `the process runtime cannot work here, missing: ${this.#support.missing.join(', ')}. Use --runtime simulated instead`,
      );
    }
    const instance = this.#options.directory;
    const network = options.network ?? 'auto';
    this.#network = typeof network === 'string' ? new SharedNetwork(instance, network) : network;
    this.#hosts = options.names === undefined ? null : new HostsFiles(options.names, options.clock);
    this.#watchdog = new Watchdog(options.clock, () => {
      for (const container of this.#containers.values())
        if (this.#sandboxes.get(container.state.podUid)?.member === true) void container.stop('SIGKILL', 0);
    });
    this.#memory = new MemoryGuard(options.clock, () => this.#containers.values());
    this.#cgroups = new Cgroups(
      `perdure-${createHash('sha256').update(instance).digest('hex').slice(0, 8)}`,
      options.controlGroups !== false,
    );
  }

  get conditions(): Runtime['conditions'] {
    const { root } = this.#support;
    const limits = this.#cgroups.available;
    const own = this.#network.mode === 'namespaces';
    return [
      {
        type: 'PodNetwork',
        status: own ? 'True' : 'False',
        reason: own ? 'NamespacePerPod' : 'LoopbackAddresses',
        message: this.#network.description,
      },
      {
        type: 'ResourceLimitsEnforced',
        status: limits ? 'True' : 'False',
        reason: limits ? 'ControlGroups' : 'ControlGroupsUnavailable',
        message: limits
          ? 'memory and CPU limits are enforced'
          : 'the control groups of this machine cannot be written: a container found above its memory limit is killed, CPU limits are not enforced',
      },
      {
        type: 'UserIdentityEnforced',
        status: root ? 'True' : 'False',
        reason: root ? 'Root' : 'UserNamespace',
        message: root
          ? 'runAsUser, runAsGroup and fsGroup are enforced'
          : 'without root all files belong to the user Perdure runs as; groups are not enforced',
      },
    ];
  }

  async start(onExit: (container: ContainerState) => void): Promise<void> {
    this.#onExit = onExit;
    for (const folder of ['sandboxes', 'containers', 'positions'])
      mkdirSync(this.#path(folder), { recursive: true, mode: 0o700 });
    await this.#network.open();
    for (const name of readdirSync(this.#path('sandboxes'))) {
      if (!name.endsWith('.json')) continue;
      const record = JSON.parse(readFileSync(this.#path('sandboxes', name), 'utf8')) as SandboxRecord;
      this.#sandboxes.set(record.uid, record);
      if (!record.hostNetwork) this.#network.keep(record.network.ip);
    }
    this.#hosts?.start();
    for (const record of this.#sandboxes.values()) this.#hosts?.add(record.uid, record.hosts);
    for (const id of readdirSync(this.#path('containers'))) {
      const path = this.#path('containers', id, 'state.json');
      if (!existsSync(path)) {
        rmSync(this.#path('containers', id), { recursive: true, force: true });
        continue;
      }
      const container = this.#track(id, JSON.parse(readFileSync(path, 'utf8')) as ContainerFile);
      container.adopt();
      // An earlier process of ours may have ended while it held this one.
      if (container.identity !== null && container.state.phase === 'running') resumeProcesses(container.identity.pid);
    }
    // After a restart of the machine the networks are gone: those pods need new sandboxes.
    for (const record of [...this.#sandboxes.values()])
      if (record.boot !== bootId()) await this.removeSandbox(record.uid);
  }

  list(): ReturnType<Runtime['list']> {
    return Promise.resolve({
      sandboxes: [...this.#sandboxes.values()].map(sandboxOf),
      containers: [...this.#containers.values()].map((container) => container.state),
    });
  }

  pullImage(reference: string): Promise<ResolvedImage> {
    return Promise.resolve().then(() => this.#options.catalog.resolve(reference).image);
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    this.#refuseWhenOff();
    const present = this.#sandboxes.get(spec.uid);
    if (present !== undefined) return sandboxOf(present);
    const network = spec.hostNetwork ? { ip: '127.0.0.1', namespace: null } : await this.#network.add(spec.uid);
    const mounts = writePodFiles(join(spec.directory, 'etc'), spec, network.ip);
    const path = mounts.find((mount) => mount.containerPath === '/etc/hosts')!.hostPath;
    const hosts = { namespace: spec.namespace, path, own: readFileSync(path, 'utf8') };
    this.#hosts?.add(spec.uid, hosts);
    const record = {
      uid: spec.uid,
      network,
      boot: bootId(),
      hostname: spec.hostname,
      hostNetwork: spec.hostNetwork,
      mounts,
      hosts,
      member: isFencedPod(spec.pod),
    };
    this.#save(this.#path('sandboxes', `${spec.uid}.json`), record);
    this.#sandboxes.set(spec.uid, record);
    return sandboxOf(record);
  }

  async removeSandbox(uid: string): Promise<void> {
    const containers = [...this.#containers.values()].filter((container) => container.state.podUid === uid);
    await Promise.all(containers.map((container) => container.stop('SIGKILL', 0)));
    for (const container of containers) await this.removeContainer(container.state.id);
    await this.releaseSandbox(uid);
  }

  async releaseSandbox(uid: string): Promise<void> {
    const record = this.#sandboxes.get(uid);
    if (record === undefined) return;
    this.#hosts?.remove(uid);
    if (record.pause !== undefined) signal(record.pause, 'SIGKILL');
    if (!record.hostNetwork) await this.#network.remove(uid, record.network);
    rmSync(this.#path('sandboxes', `${uid}.json`), { force: true });
    this.#sandboxes.delete(uid);
  }

  async startContainer(spec: ContainerSpec): Promise<ContainerState> {
    this.#refuseWhenOff();
    const sandbox = this.#sandboxes.get(spec.podUid);
    if (sandbox === undefined)
      throw new RuntimeError('CreateContainerError', `sandbox of pod ${spec.podUid} not found`);
    const key = createHash('sha256').update(`${spec.podUid}/${spec.name}/${spec.attempt}`).digest('hex');
    const id = `${ID_SCHEME}${key}`;
    const present = this.#containers.get(id);
    if (present !== undefined) return present.state;
    this.#refuseUnleased(sandbox);
    const { entry } = this.#options.catalog.resolve(spec.image.image);
    const identity = identityOf(spec);
    const processes = await this.#processes(sandbox, spec);
    const podIp: [string, string][] =
      this.#network.mode === 'loopback' && !sandbox.hostNetwork ? [['POD_IP', sandbox.network.ip]] : [];
    const file: ContainerFile = {
      boot: bootId(),
      state: {
        id,
        podUid: spec.podUid,
        name: spec.name,
        attempt: spec.attempt,
        phase: 'created',
        startedAt: this.#options.clock.now(),
        image: spec.image,
      },
      logPath: spec.logPath,
      environment: containerEnvironment(entry, spec, [['HOSTNAME', sandbox.hostname], ...podIp]),
      uid: identity.uid,
      gid: identity.gid,
      groups: identity.groups,
      rights: rightsOf(spec),
      workingDir: spec.workingDir ?? entry.workingDir ?? '/',
      ...(spec.stopSignal === undefined ? {} : { stopSignal: spec.stopSignal }),
      ...(spec.limits.memoryBytes === undefined ? {} : { memoryBytes: spec.limits.memoryBytes }),
      stdin: spec.stdin,
      tty: spec.tty,
      stdinOnce: spec.stdinOnce === true,
    };
    const directory = this.#path('containers', key);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (hasStdinPipe(spec)) execFileSync('mkfifo', [join(directory, 'stdin')], { env: { ...HELPER_ENVIRONMENT } });
    this.#save(join(directory, 'state.json'), file);
    const container = this.#track(key, file);
    try {
      container.follow();
      if (spec.stdin && file.stdinOnce && !spec.tty) container.holdStdin();
      const shim = launch({
        directory,
        spec,
        entry,
        support: this.#support,
        hostname: sandbox.hostNetwork ? '' : sandbox.hostname,
        netns: sandbox.network.namespace,
        processes,
        podMounts: sandbox.mounts,
        hidden: this.#hidden(),
        cgroups: this.#cgroups.create(key, spec.limits),
        environment: podIp,
      });
      shim.onExit(() => container.shimExited());
    } catch (error) {
      container.release();
      this.#forget(id);
      throw error instanceof RuntimeError ? error : new RuntimeError('CreateContainerError', (error as Error).message);
    }
    await container.started();
    // The lease may have ended while it started, or the power have gone.
    if (this.#off || (this.#watchdog.bitten && sandbox.member === true)) await container.stop('SIGKILL', 0);
    const { state } = container;
    if (state.reason === 'StartError') {
      this.#forget(id);
      throw new RuntimeError(
        'RunContainerError',
        `the container could not be set up: ${state.message ?? 'unknown reason'}`,
      );
    }
    return state;
  }

  /** Whose processes the container is to see. The holder of a pod's namespace is started when first needed. */
  async #processes(sandbox: SandboxRecord, { pidNamespace = 'own' }: ContainerSpec): Promise<SharedProcesses | 'none'> {
    if (pidNamespace === 'own') return 'none';
    if (pidNamespace === 'node') return null;
    if (pidNamespace !== 'pod') return this.#find(pidNamespace.container).identity;
    if (sandbox.pause === undefined || !isAlive(sandbox.pause)) {
      sandbox.pause = await startPause(this.#support);
      this.#save(this.#path('sandboxes', `${sandbox.uid}.json`), sandbox);
    }
    return sandbox.pause;
  }

  #refuseUnleased({ member }: SandboxRecord): void {
    if (this.#watchdog.bitten && member === true)
      throw new RuntimeError('RunContainerError', 'the node does not hold its lease');
  }

  #refuseWhenOff(): void {
    if (this.#off) throw new RuntimeError('RunContainerError', 'the node is powered off');
  }

  async powerOff(): Promise<void> {
    this.#off = true;
    this.#onExit = () => undefined;
    await Promise.all([...this.#containers.values()].map((container) => container.stop('SIGKILL', 0)));
    await Promise.all([...this.#sandboxes.keys()].map((uid) => this.releaseSandbox(uid)));
  }

  /** It dies with this process; but so does the control plane, and nobody is left to start members elsewhere. */
  watchdog(afterMs: number | null): void {
    this.#watchdog.arm(afterMs);
  }

  async stopContainer(id: string, graceMs: number): Promise<ContainerState> {
    const container = this.#find(id);
    const { entry } = this.#options.catalog.resolve(container.state.image.image);
    return container.stop(container.file.stopSignal ?? entry.stopSignal ?? 'SIGTERM', graceMs);
  }

  async updateContainer(id: string, limits: ContainerSpec['limits']): Promise<void> {
    const container = this.#find(id);
    const key = id.slice(ID_SCHEME.length);
    this.#cgroups.update(key, limits);
    const { memoryBytes: _, ...file } = container.file;
    container.file = { ...file, ...(limits.memoryBytes === undefined ? {} : { memoryBytes: limits.memoryBytes }) };
    this.#save(this.#path('containers', key, 'state.json'), container.file);
    if (!this.#cgroups.available && limits.memoryBytes !== undefined) this.#memory.begin();
  }

  removeContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (container !== undefined && container.state.phase !== 'exited') {
      return Promise.reject(new Error(`container ${id} still runs: stop it first`));
    }
    this.#forget(id);
    return Promise.resolve();
  }

  exec(
    id: string,
    command: readonly string[],
    options: { readonly tty: boolean; readonly stdin: boolean },
  ): Promise<ExecSession> {
    return execIn(this.#find(id), this.#support, command, options);
  }

  attach(id: string, options: { readonly stdin: boolean; readonly tty: boolean }): Promise<ExecSession> {
    return Promise.resolve(attachTo(this.#find(id), options));
  }

  async connect(podUid: string, port: number, host?: string): Promise<Duplex> {
    const network = this.#sandboxes.get(podUid)?.network;
    if (network === undefined) throw new Error(`pod ${podUid} has no sandbox on this node`);
    const local = host === '127.0.0.1' || host === 'localhost';
    if (network.namespace === null || !local) return dial(local || host === undefined ? network.ip : host, port);
    // Most programs listen on all addresses; the helper process is for those that do not.
    return dial(network.ip, port).catch(() => dialInside(network.namespace!, port));
  }

  stats(podUid: string): ReturnType<Runtime['stats']> {
    const running = [...this.#containers.values()].filter(
      (one) => one.state.podUid === podUid && one.state.phase === 'running',
    );
    return Promise.resolve(running.map((one) => ({ name: one.state.name, ...usageOf(one.identity!.pid) })));
  }

  pause(podUid: string): () => void {
    const running = [...this.#containers.values()].filter(
      ({ state, identity }) => state.podUid === podUid && state.phase === 'running' && identity !== null,
    );
    const resume = running.map(({ identity }) => pauseProcesses(identity!.pid));
    return () => {
      for (const each of resume) each();
    };
  }

  /** Containers go on; what nobody uses any more is taken away. */
  async close(): Promise<void> {
    this.#watchdog.arm(null);
    this.#memory.stop();
    for (const container of this.#containers.values()) container.release();
    this.#hosts?.stop();
    await this.#network.close();
    for (let tries = 0; tries < 20 && !this.#cgroups.sweep(); tries++) await sleep(this.#options.clock, 5);
    this.#cgroups.close();
  }

  #hidden(): string[] {
    const data = resolve(this.#options.dataDirectory ?? this.#options.directory);
    const hidden = ['/tmp', '/var/tmp', '/run', '/root', '/home', '/mnt', '/media'];
    return hidden.some((directory) => data.startsWith(`${directory}/`)) ? hidden : [...hidden, data];
  }

  #track(key: string, file: ContainerFile): ProcessContainer {
    const container = new ProcessContainer({
      directory: this.#path('containers', key),
      file,
      positionFile: this.#path('positions', key),
      clock: this.#options.clock,
      oomKilled: () => this.#cgroups.oomKilled(key) || this.#memory.killed(file.state.id),
      onExit: (exited) => {
        if (exited.state.reason !== 'StartError' || exited.state.message === undefined) this.#onExit(exited.state);
      },
    });
    this.#containers.set(file.state.id, container);
    if (!this.#cgroups.available && file.memoryBytes !== undefined) this.#memory.begin();
    return container;
  }

  #find(id: string): ProcessContainer {
    const container = this.#containers.get(id);
    if (container === undefined) throw new RuntimeError('ContainerNotFound', `container ${id} not found`);
    return container;
  }

  #forget(id: string): void {
    const key = id.slice(ID_SCHEME.length);
    this.#containers.delete(id);
    this.#memory.forget(id);
    this.#cgroups.remove(key);
    rmSync(this.#path('containers', key), { recursive: true, force: true });
    rmSync(this.#path('positions', key), { force: true });
  }

  #path(...parts: readonly string[]): string {
    return join(this.#options.directory, ...parts);
  }

  /** Whole or not at all. */
  #save(path: string, value: unknown): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.tmp`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }
}

function sandboxOf(record: SandboxRecord): Sandbox {
  return { uid: record.uid, ips: [record.network.ip] };
}
