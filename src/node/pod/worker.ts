import type { Timer } from '../../base/clock.ts';
import { formatGoDuration, parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerState, Sandbox } from '../runtimes/runtime.ts';
import { podStatus } from '../status/pod-status.ts';
import { VolumeError } from '../volumes/volume-manager.ts';
import {
  type ContainerRecord,
  type ContainerTemplate,
  isRunning,
  type Role,
  terminatedOf,
} from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import { type Plan, planPod } from './plan.ts';
import { imageChanged, probeFailed, restartAll, runContainer, watchContainer } from './run-container.ts';
import { stopRecords } from './stop-containers.ts';
import { syncRecords } from './sync-records.ts';
import { terminationMessage } from './termination-message.ts';

/** Why the node itself ends or refuses a pod. */
export interface PodVerdict {
  readonly reason: string;
  readonly message: string;
  readonly disruption?: { readonly reason: string; readonly message: string };
}

type Stage = 'held' | 'running' | 'halted' | 'ending' | 'ended';

const RETRY_MS = 10_000;
/** As long as the longest backoff: what takes longer is a wall clock that jumped, and may jump back. */
const LONGEST_SLEEP_MS = 300_000;
const VOLUME_RETRY_MS = 500;
const VOLUME_RETRY_MAX_MS = 122_000;
const NO_IPS: readonly string[] = [];

/**
 * The life of one pod on this node. Level-triggered: `kick` looks at what is and begins what is due, every task that
 * ends kicks again. Whatever happens, no two instances of a container run at once.
 */
export class PodWorker {
  readonly uid: string;
  readonly key: string;
  pod: KubeObject;
  init: ContainerRecord[] = [];
  apps: ContainerRecord[] = [];
  ephemeral: ContainerRecord[] = [];
  stage: Stage = 'held';
  verdict: PodVerdict | null = null;
  /** The object is gone from the API. */
  gone = false;
  /** Containers are down, sandbox and volumes are given back. */
  cleaned = false;
  /** A container start the runtime is busy with. */
  launching: Promise<ContainerState> | null = null;
  readonly startTime: number;
  readonly #host: PodHost;
  #sandbox: Sandbox | null = null;
  #hadSandbox = false;
  #volumes: 'none' | 'pending' | 'ready' = 'none';
  #volumeFailures = 0;
  #sandboxPending = false;
  #retryAt = 0;
  #deadline: Deadline | null = null;
  #wake: Timer | null = null;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(host: PodHost, pod: KubeObject) {
    this.#host = host;
    this.pod = pod;
    this.uid = pod.metadata.uid ?? '';
    this.key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    this.startTime = pod.status?.startTime === undefined ? host.clock.now() : parseTime(pod.status.startTime);
    this.#syncRecords();
  }

  /** Something of it runs, or may from now on. */
  get started(): boolean {
    return this.stage !== 'held' || this.records.some(isRunning);
  }

  get podIPs(): readonly string[] {
    return this.pod.spec.hostNetwork === true ? this.#host.hostIPs() : (this.#sandbox?.ips ?? NO_IPS);
  }

  get records(): readonly ContainerRecord[] {
    return this.init.length === 0 && this.ephemeral.length === 0
      ? this.apps
      : [...this.init, ...this.apps, ...this.ephemeral];
  }

  record(name: string): ContainerRecord | undefined {
    return this.records.find((record) => record.name === name);
  }

  /** The pod is admitted, and no earlier pod of its name is left on the node. */
  release(): void {
    if (this.stage !== 'held') return;
    this.stage = 'running';
    this.kick();
  }

  /** The node refuses the pod: it fails without having run. */
  refuse(verdict: PodVerdict): void {
    this.verdict = verdict;
    this.init = [];
    this.apps = [];
    this.stage = 'ended';
    this.cleaned = true;
    this.#host.changed(this);
  }

  /** Stops a pod for the node's own reasons (deadline, eviction); it ends as Failed. */
  evict(verdict: PodVerdict, graceMs: number): void {
    if (this.stage === 'ended' || this.verdict !== null) return;
    this.verdict = verdict;
    this.#end(graceMs);
  }

  /** What a restarted agent found of this pod in the runtime. */
  adopt(sandbox: Sandbox | null, states: readonly ContainerState[]): void {
    this.#sandbox = sandbox;
    this.#hadSandbox = sandbox !== null;
    // It may have changed while nobody looked after it.
    this.#host.runtime.podChanged?.(this.pod);
    this.#host.volumes.podChanged?.(this.pod);
    for (const record of this.records) {
      const own = states.filter((state) => state.name === record.name).sort((a, b) => a.attempt - b.attempt);
      const newest = own.at(-1);
      if (newest === undefined) continue;
      const before = own.at(-2);
      if (before !== undefined) record.last = terminatedOf({ ...record, state: before });
      record.state = newest;
      record.attempt = newest.attempt;
      record.hooked = true;
      if (newest.phase === 'running') watchContainer(this.#host, this, record);
    }
  }

  update(pod: KubeObject): void {
    const previous = this.pod;
    this.pod = pod;
    if (previous.spec !== pod.spec) this.#syncRecords();
    const { labels, annotations } = previous.metadata;
    if (annotations !== pod.metadata.annotations) this.#host.runtime.podChanged?.(pod);
    if (annotations !== pod.metadata.annotations || labels !== pod.metadata.labels)
      this.#host.volumes.podChanged?.(pod);
    if (pod.metadata.deletionTimestamp !== undefined) {
      const grace = this.#deletionGraceMs();
      if (this.#deadline === null) this.#end(grace);
      else this.#deadline.shorten(parseTime(pod.metadata.deletionTimestamp));
    }
    this.kick();
  }

  /** The object was removed from the API, confirmed or by force. */
  removed(): void {
    this.gone = true;
    if (this.cleaned) this.#host.forget(this);
    else if (this.stage !== 'ending') this.#end(this.#deletionGraceMs());
  }

  /** From the runtime. An exit may come before the start has answered. */
  exited(state: ContainerState): Promise<void> | null {
    const record = this.record(state.name);
    if (record === undefined || record.settling !== null) return record?.settling ?? null;
    const early = record.task === 'starting' && record.state?.id !== state.id;
    if (state.attempt !== (early ? record.attempt + 1 : record.attempt)) return null;
    if (!early && !isRunning(record)) return null;
    const settling = this.#settle(record, state).finally(() => {
      record.settling = null;
    });
    if (this.#host.files !== null) record.settling = settling;
    return settling;
  }

  async #settle(record: ContainerRecord, state: ContainerState): Promise<void> {
    record.probes?.stop();
    record.probes = null;
    record.ready = false;
    let settled = state;
    const { files } = this.#host;
    if (files !== null) {
      const base = `${this.#host.logDirectory(this.pod)}/${record.name}/${state.attempt}`;
      const paths = { message: `${base}.termination`, log: `${base}.log` };
      const message = await terminationMessage(files, paths, record.template, state, this.records.length);
      settled = { ...state, ...(message === undefined ? {} : { message }) };
    }
    record.attempt = state.attempt;
    record.state = settled;
    for (const listener of record.exitListeners ?? []) listener();
    record.exitListeners = null;
    this.kick();
  }

  /** A probe answer of a runtime that pushes them may have changed. */
  probeChanged(name: string): void {
    const record = this.record(name);
    if (record === undefined || !isRunning(record) || record.task !== null) return;
    const { runtime } = this.#host;
    record.ready = runtime.pushedProbe?.(this.uid, name, 'readiness') ?? record.ready;
    if (record.template.livenessProbe && runtime.pushedProbe?.(this.uid, name, 'liveness') === false) {
      probeFailed(this.#host, this, record, 'liveness', record.template.livenessProbe.terminationGracePeriodSeconds);
    }
    this.#host.changed(this);
  }

  /** Something this pod waited for may be there now. */
  lookAgain(): void {
    this.#retryAt = 0;
    for (const record of this.records) record.retryAt = 0;
    this.kick();
  }

  status(): Record<string, unknown> {
    return podStatus({
      pod: this.pod,
      init: this.init,
      apps: this.apps,
      ephemeral: this.ephemeral,
      sandboxReady: this.#sandbox !== null,
      podIPs: this.podIPs,
      hostIPs: this.#host.hostIPs(),
      ended: this.stage === 'ended' && this.cleaned && this.#deadline !== null,
      verdict: this.verdict,
      now: this.#host.clock.now(),
    });
  }

  /** Looks at what is and begins what is due. */
  kick(): void {
    if (this.stage === 'running') this.#advance();
    this.#host.changed(this);
  }

  #advance(): void {
    const { clock } = this.#host;
    const phase = this.pod.status?.phase;
    if (this.pod.metadata.deletionTimestamp !== undefined) {
      this.#end(this.#deletionGraceMs());
      return;
    }
    if (phase === 'Succeeded' || phase === 'Failed') {
      this.#end(0);
      return;
    }
    const limit = this.pod.spec.activeDeadlineSeconds;
    if (limit) {
      const until = this.startTime + limit * 1000;
      if (clock.now() >= until) {
        const message = 'Pod was active on the node longer than the specified deadline';
        this.#host.event(this.pod, 'Normal', 'DeadlineExceeded', message);
        this.evict({ reason: 'DeadlineExceeded', message }, this.graceMs());
        return;
      }
      this.#wakeAtLatest(until);
    }
    if (this.#retryAt > clock.now()) this.#wakeAtLatest(this.#retryAt);
    else if (this.#volumes !== 'ready') this.#prepareVolumes();
    if (this.#volumes !== 'ready') return;
    if (this.#sandbox === null) {
      if (this.#retryAt <= clock.now()) void this.#makeSandbox();
      return;
    }
    this.#carryOut(
      planPod({
        init: this.init,
        apps: this.apps,
        ephemeral: this.ephemeral,
        restartPolicy: this.pod.spec.restartPolicy ?? 'Always',
        now: clock.now(),
      }),
    );
  }

  #carryOut(plan: Plan): void {
    if (plan.restartAll) {
      void restartAll(this.#host, this);
      return;
    }
    for (const { record } of plan.backingOff) {
      if (record.waiting?.reason === 'CrashLoopBackOff') continue;
      const { name, namespace } = this.pod.metadata;
      const what = `${name}_${namespace}(${this.uid})`;
      const delay = formatGoDuration(record.backoff.delayMs);
      record.waiting = {
        reason: 'CrashLoopBackOff',
        message: `back-off ${delay} restarting failed container=${record.name} pod=${what}`,
      };
      this.#host.event(
        this.pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${record.name} in pod ${what}`,
        record,
      );
    }
    if (plan.wakeAt !== null) this.#wakeAtLatest(plan.wakeAt);
    if (plan.complete) this.#end(this.graceMs());
    else if (plan.start !== null) void runContainer(this.#host, this, plan.start);
  }

  #prepareVolumes(): void {
    if (this.#volumes === 'pending') return;
    try {
      const work = this.#host.volumes.prepare(this.pod);
      if (work === null) {
        this.#volumesReady();
        return;
      }
      this.#volumes = 'pending';
      work.then(
        () => {
          this.#volumesReady();
          this.kick();
        },
        (error: unknown) => this.#volumesFailed(error),
      );
    } catch (error) {
      this.#volumesFailed(error);
    }
  }

  #volumesReady(): void {
    this.#volumes = 'ready';
    this.#volumeFailures = 0;
    this.#host.stuck(this, false);
  }

  #volumesFailed(error: unknown): void {
    this.#volumes = 'none';
    const message = error instanceof VolumeError ? error.eventMessage : (error as Error).message;
    this.#host.event(this.pod, 'Warning', 'FailedMount', message);
    const delay = Math.min(VOLUME_RETRY_MAX_MS, VOLUME_RETRY_MS * 2 ** this.#volumeFailures++);
    this.#retryAt = this.#host.clock.now() + delay;
    this.#host.stuck(this, true);
    this.#wakeAtLatest(this.#retryAt);
    this.#host.changed(this);
  }

  async #makeSandbox(): Promise<void> {
    if (this.#sandboxPending) return;
    this.#sandboxPending = true;
    try {
      const sandbox = await this.#host.runtime.createSandbox(this.#host.sandboxSpec(this.pod));
      this.#hadSandbox = true;
      this.#sandbox = sandbox;
    } catch (error) {
      this.#host.event(
        this.pod,
        'Warning',
        'FailedCreatePodSandBox',
        `Failed to create pod sandbox: ${(error as Error).message}`,
      );
      this.#retryAt = this.#host.clock.now() + RETRY_MS;
      this.#wakeAtLatest(this.#retryAt);
    } finally {
      this.#sandboxPending = false;
    }
    this.kick();
  }

  /** The grace of the deletion, or of the spec where the object went by force. */
  #deletionGraceMs(): number {
    const given = this.pod.metadata.deletionGracePeriodSeconds;
    return given === undefined ? this.graceMs() : given * 1000;
  }

  /** The grace of the spec, in milliseconds. */
  graceMs(): number {
    return (this.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  #end(graceMs: number): void {
    if (this.stage === 'ending' || this.stage === 'ended') {
      this.#deadline?.shorten(this.#host.clock.now() + graceMs);
      return;
    }
    const deleted = this.pod.metadata.deletionTimestamp !== undefined || this.gone || this.verdict !== null;
    this.stage = 'ending';
    this.#wake?.cancel();
    const deadline = new Deadline(this.#host.clock, this.#host.clock.now() + graceMs);
    if (deleted) this.#deadline = deadline;
    this.#host.stuck(this, false);
    void this.#tearDown(deadline);
  }

  async #tearDown(deadline: Deadline): Promise<void> {
    for (const record of this.records) record.probes?.terminating();
    await stopRecords(this.#host, this, deadline);
    if (this.launching !== null) {
      await this.launching.catch(() => undefined);
      await Promise.resolve();
      await stopRecords(this.#host, this, deadline);
    }
    deadline.dispose();
    for (const record of this.records) record.probes?.stop();
    if (this.#hadSandbox || this.#sandboxPending) await this.#remove(() => this.#host.runtime.removeSandbox(this.uid));
    this.#sandbox = null;
    if (this.#volumes !== 'none' || this.#hadSandbox) await this.#remove(() => this.#host.volumes.teardown(this.pod));
    this.cleaned = true;
    this.stage = 'ended';
    if (this.gone) this.#host.forget(this);
    else this.#host.changed(this);
  }

  /** Cleaning up is tried until it works: a pod is not gone while something of it is left. */
  async #remove(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        this.#host.event(this.pod, 'Warning', 'FailedKillPod', `error killing pod: ${(error as Error).message}`);
        await new Promise<void>((resolve) => this.#host.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  #wakeAtLatest(at: number): void {
    if (at >= this.#wakeAt) return;
    this.#wake?.cancel();
    this.#wakeAt = at;
    const sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, at - this.#host.clock.now()));
    this.#wake = this.#host.clock.setTimer(sleepMs, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.kick();
    });
  }

  #syncRecords(): void {
    const { spec } = this.pod;
    this.init = this.#synced(this.init, spec.initContainers, (t) =>
      t.restartPolicy === 'Always' ? 'sidecar' : 'init',
    );
    this.apps = this.#synced(this.apps, spec.containers, () => 'app');
    this.ephemeral = this.#synced(this.ephemeral, spec.ephemeralContainers, () => 'ephemeral');
  }

  #synced(
    records: readonly ContainerRecord[],
    templates: readonly ContainerTemplate[] | undefined,
    role: (template: ContainerTemplate) => Role,
  ): ContainerRecord[] {
    const changed = (record: ContainerRecord): void => imageChanged(this.#host, this, record);
    return syncRecords(records, templates, { role, maxBackoffMs: this.#host.maxBackoffMs, imageChanged: changed });
  }

  /**
   * The node stops: containers end within their grace or `longestMs`, whichever is shorter, and the network is given
   * back. The pod itself stays, for the next agent to start its containers again.
   */
  async halt(longestMs: number): Promise<void> {
    const { clock, runtime } = this.#host;
    this.#wake?.cancel();
    if (this.stage === 'ending') {
      this.#deadline?.shorten(clock.now() + longestMs);
      await Promise.all(
        this.records.filter(isRunning).map((record) => runtime.stopContainer(record.state!.id, longestMs)),
      );
      return;
    }
    if (this.stage === 'ended') return;
    this.stage = 'halted';
    for (const record of this.records) record.probes?.terminating();
    await this.launching?.catch(() => undefined);
    await Promise.resolve();
    const deadline = new Deadline(clock, clock.now() + Math.min(longestMs, this.graceMs()));
    await stopRecords(this.#host, this, deadline);
    deadline.dispose();
    for (const record of this.records) record.probes?.stop();
    if (this.#sandbox === null || runtime.releaseSandbox === undefined || !this.halted) return;
    await runtime.releaseSandbox(this.uid).catch(() => undefined);
    this.#sandbox = null;
    this.#host.changed(this);
  }

  /** Its containers were ended for the node's sake, and may be started again. */
  get halted(): boolean {
    return this.stage === 'halted';
  }

  /** Takes a halt back: containers are started again as their restart policy says. */
  resume(): void {
    if (this.stage !== 'halted') return;
    this.stage = 'running';
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.kick();
  }

  /** The agent stops; what runs goes on running. */
  detach(): void {
    this.#wake?.cancel();
    for (const record of this.records) record.probes?.stop();
  }
}
