import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerState, Sandbox } from '../runtimes/runtime.ts';
import { podStatus } from '../status/pod-status.ts';
import { adoptContainers } from './adopt.ts';
import { Alarm } from './alarm.ts';
import { carryOut } from './carry-out.ts';
import { type ContainerRecord, isRunning } from './container-record.ts';
import { Deadline } from './deadline.ts';
import { deletionGraceOf, dueOf, graceOf } from './due.ts';
import { haltContainers, hurry, tearDown } from './ending.ts';
import { containerExited } from './exits.ts';
import type { PodHost } from './host.ts';
import { planPod } from './plan.ts';
import type { PodState, ResizeState, Stage } from './pod-state.ts';
import { Preparation } from './preparation.ts';
import { resizeContainers } from './resize.ts';
import { syncContainers } from './sync-records.ts';
import type { PodVerdict } from './verdict.ts';
import { probeAnswered } from './watch-container.ts';

/**
 * The life of one pod on this node. Level-triggered: `kick` looks at what is and begins what is due, every task that
 * ends kicks again. Whatever happens, no two instances of a container run at once. What is done in each part of its
 * life stands beside it: preparation, run-container, exits, stop-containers, ending.
 */
export class PodWorker implements PodState {
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
  resize: ResizeState | null = null;
  /** A resize is being carried out. */
  resizing = false;
  /** How many times its processes were held still, and for how many that lasts. */
  holds = 0;
  #held = 0;
  /** All containers are being ended to start over: nothing is begun meanwhile. */
  restartingAll = false;
  /** A container start the runtime is busy with. */
  launching: Promise<ContainerState> | null = null;
  readonly startTime: number;
  readonly #host: PodHost;
  readonly #alarm: Alarm;
  readonly #preparation: Preparation;
  /** Of an end somebody ordered; null while nobody has. */
  #deadline: Deadline | null = null;

  constructor(host: PodHost, pod: KubeObject) {
    this.#host = host;
    this.pod = pod;
    this.uid = pod.metadata.uid ?? '';
    this.key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    this.startTime = pod.status?.startTime === undefined ? host.clock.now() : parseTime(pod.status.startTime);
    this.#alarm = new Alarm(host.clock, () => this.kick());
    this.#preparation = new Preparation(host, this, this.#alarm);
    syncContainers(this.#host, this);
  }

  /** Something of it runs, or may from now on. */
  get started(): boolean {
    return this.stage !== 'held' || this.records.some(isRunning);
  }

  get held(): boolean {
    return this.#held > 0;
  }

  /**
   * Its processes are held still: none is started, and what probes find meanwhile says nothing about them. Returns
   * what ends it.
   */
  hold(): () => void {
    this.holds++;
    this.#held++;
    return () => {
      this.#held--;
      this.kick();
    };
  }

  /** Its containers were ended for the node's sake, and may be started again. */
  get halted(): boolean {
    return this.stage === 'halted';
  }

  get podIPs(): readonly string[] {
    return this.pod.spec.hostNetwork === true ? this.#host.hostIPs() : this.#preparation.ips;
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
    this.#preparation.adopt(sandbox);
    adoptContainers(this.#host, this, states);
  }

  update(pod: KubeObject): void {
    const previous = this.pod;
    this.pod = pod;
    if (previous.spec !== pod.spec) syncContainers(this.#host, this);
    const { labels, annotations } = previous.metadata;
    if (annotations !== pod.metadata.annotations) this.#host.runtime.podChanged?.(pod);
    if (annotations !== pod.metadata.annotations || labels !== pod.metadata.labels)
      this.#host.volumes.podChanged?.(pod);
    if (pod.metadata.deletionTimestamp !== undefined) {
      const grace = deletionGraceOf(pod);
      if (this.#deadline === null) this.#end(grace);
      else this.#deadline.shorten(parseTime(pod.metadata.deletionTimestamp));
    }
    this.kick();
  }

  /** The object was removed from the API, confirmed or by force. */
  removed(): void {
    this.gone = true;
    if (this.cleaned) this.#host.forget(this);
    else if (this.stage !== 'ending') this.#end(deletionGraceOf(this.pod));
  }

  /** From the runtime (`containerExited`). */
  exited(state: ContainerState): Promise<void> | null {
    return containerExited(this.#host, this, state);
  }

  /** A probe answer of a runtime that pushes them may have changed. */
  probeChanged(name: string): void {
    const record = this.record(name);
    if (record !== undefined) probeAnswered(this.#host, this, record);
  }

  /** Something this pod waited for may be there now. */
  lookAgain(): void {
    this.#preparation.lookAgain();
    for (const record of this.records) record.retryAt = 0;
    this.kick();
  }

  status(): Record<string, unknown> {
    return podStatus({
      pod: this.pod,
      init: this.init,
      apps: this.apps,
      ephemeral: this.ephemeral,
      sandboxReady: this.#preparation.sandboxReady,
      podIPs: this.podIPs,
      hostIPs: this.#host.hostIPs(),
      ended: this.stage === 'ended' && this.cleaned && this.#deadline !== null,
      verdict: this.verdict,
      resize: this.resize,
      restartingAll: this.restartingAll,
      now: this.#host.clock.now(),
    });
  }

  /** Looks at what is and begins what is due. */
  kick(): void {
    if (this.stage === 'running') this.#advance();
    this.#host.changed(this);
  }

  #advance(): void {
    const now = this.#host.clock.now();
    const due = dueOf(this.pod, this.startTime, now);
    if (due.kind === 'end') {
      this.#end(due.graceMs);
      return;
    }
    if (due.kind === 'overdue') {
      const message = 'Pod was active on the node longer than the specified deadline';
      this.#host.event(this.pod, 'Normal', 'DeadlineExceeded', message);
      this.evict({ reason: 'DeadlineExceeded', message }, this.graceMs());
      return;
    }
    if (due.until !== null) this.#alarm.atLatest(due.until);
    if (!this.#preparation.advance() || this.held || this.restartingAll) return;
    resizeContainers(this.#host, this);
    const plan = planPod({
      init: this.init,
      apps: this.apps,
      ephemeral: this.ephemeral,
      restartPolicy: this.pod.spec.restartPolicy ?? 'Always',
      now,
    });
    if (carryOut(this.#host, this, plan, (at) => this.#alarm.atLatest(at))) this.#end(this.graceMs());
  }

  /** The grace of the spec, in milliseconds. */
  graceMs(): number {
    return graceOf(this.pod);
  }

  #end(graceMs: number): void {
    const until = this.#host.clock.now() + graceMs;
    if (this.stage === 'ending' || this.stage === 'ended') {
      this.#deadline?.shorten(until);
      return;
    }
    const ordered = this.pod.metadata.deletionTimestamp !== undefined || this.gone || this.verdict !== null;
    this.stage = 'ending';
    this.#alarm.cancel();
    const deadline = new Deadline(this.#host.clock, until);
    if (ordered) this.#deadline = deadline;
    this.#host.stuck(this, false);
    void this.#tearDown(deadline);
  }

  async #tearDown(deadline: Deadline): Promise<void> {
    await tearDown(this.#host, this, this.#preparation, deadline);
    this.cleaned = true;
    this.stage = 'ended';
    if (this.gone) this.#host.forget(this);
    else this.#host.changed(this);
  }

  /**
   * The node stops: containers end within their grace or `longestMs`, whichever is shorter, and the network is given
   * back. The pod itself stays, for the next agent to start its containers again.
   */
  async halt(longestMs: number): Promise<void> {
    this.#alarm.cancel();
    if (this.stage === 'ending') {
      this.#deadline?.shorten(this.#host.clock.now() + longestMs);
      await hurry(this.#host, this, longestMs);
    } else if (this.stage !== 'ended') {
      this.stage = 'halted';
      await haltContainers(this.#host, this, this.#preparation, Math.min(longestMs, this.graceMs()));
    }
  }

  /** Takes a halt back: containers are started again as their restart policy says. */
  resume(): void {
    if (this.stage !== 'halted') return;
    this.stage = 'running';
    this.kick();
  }

  /** The agent stops; what runs goes on running. */
  detach(): void {
    this.#alarm.cancel();
    for (const record of this.records) record.probes?.stop();
  }
}
