import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { isStatus } from '../schema/status.ts';
import { SchedulerCache } from './cache.ts';
import { type Decision, decide } from './decide.ts';
import { listen } from './events.ts';
import { informerListers } from './listers.ts';
import { failureMessage } from './messages.ts';
import type { NodeInfo } from './node-info.ts';
import { type PodInfo, podKey } from './pod-info.ts';
import { findPreemption } from './preemption.ts';
import { type Queued, SchedulingQueue } from './queue.ts';
import { markPreempted, podsIn, writeUnscheduled } from './status.ts';
import type { Listers } from './types.ts';
import { VolumeBinder } from './volumes/bind.ts';
import { claimKey, claimsOfPod, planVolumes, type VolumePlan } from './volumes/find.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  /** Events of the component `default-scheduler`. */
  readonly recorder: EventRecorder;
  /** Pods with this spec.schedulerName are placed; `default-scheduler` when left out. */
  readonly schedulerName?: string;
}

export interface SchedulerHandle {
  /** Resolves once everything placement depends on has been read. */
  start(): Promise<void>;
  stop(): void;
}

const NO_VOLUMES: VolumePlan = { bind: [], provision: [] };
const NO_PLUGINS: ReadonlySet<string> = new Set();
/** Pods decided before the turn is given back, so that the server can answer others in between. */
const PODS_PER_TURN = 64;
/**
 * A pod that was tried in vain counts as so many: what it waits for comes from others (a node that gets ready, a pod
 * that goes), so they get their turn before it is refused, told and written once more.
 */
const RETRY_COUNTS = 16;

/** Places pods on nodes: decides one pod at a time, binds without waiting for the one before. */
export function createScheduler(options: SchedulerOptions): SchedulerHandle {
  return new Scheduler(options);
}

class Scheduler implements SchedulerHandle {
  readonly #options: SchedulerOptions;
  readonly #name: string;
  readonly #listers: Listers;
  readonly #cache: SchedulerCache;
  readonly #queue: SchedulingQueue;
  readonly #binder: VolumeBinder;
  #running = false;
  #pending = false;
  #startAt = 0;
  #deaf: (() => void) | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#name = options.schedulerName ?? 'default-scheduler';
    this.#listers = informerListers(options.informers);
    this.#cache = new SchedulerCache(this.#listers);
    this.#queue = new SchedulingQueue(options.clock, () => this.#wake());
    this.#binder = new VolumeBinder({ client: options.client, clock: options.clock, listers: this.#listers });
  }

  async start(): Promise<void> {
    this.#deaf = listen({
      informers: this.#options.informers,
      cache: this.#cache,
      queue: this.#queue,
      volumes: this.#binder,
      mine: (pod) => (pod.spec.schedulerName ?? 'default-scheduler') === this.#name,
    });
    await this.#options.informers.start();
    this.#running = true;
    this.#wake();
  }

  stop(): void {
    this.#running = false;
    this.#deaf?.();
    this.#queue.stop();
    this.#binder.stop();
  }

  #wake(): void {
    if (this.#pending || !this.#running) return;
    this.#pending = true;
    this.#options.clock.defer(() => {
      this.#pending = false;
      if (this.#running) this.#turn();
    });
  }

  #turn(): void {
    for (let done = 0; done < PODS_PER_TURN; ) {
      const item = this.#queue.pop();
      if (item === undefined) return;
      done += item.attempts > 1 ? RETRY_COUNTS : 1;
      this.#schedule(item);
    }
    this.#wake();
  }

  #schedule(item: Queued): void {
    const pod = item.info;
    if (pod.terminating) {
      this.#options.recorder.event(pod.pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${pod.key}`);
      this.#queue.done(item);
      return;
    }
    const decision = decide(pod, this.#cache, this.#startAt, this.#options.random);
    this.#startAt = this.#cache.nodes.length === 0 ? 0 : (this.#startAt + 1) % this.#cache.nodes.length;
    if (decision.kind !== 'node') {
      this.#refused(item, decision);
      return;
    }
    const plan = this.#reserve(pod, decision.node);
    this.#cache.assume(pod, decision.node.name);
    void this.#bind(item, decision.node, plan);
  }

  #reserve(pod: PodInfo, node: NodeInfo): VolumePlan {
    if (pod.claims.length === 0) return NO_VOLUMES;
    const claims = claimsOfPod(pod, this.#listers);
    if ('problem' in claims || claims.waiting.length === 0) return NO_VOLUMES;
    const plan = planVolumes(claims, node, this.#cache);
    if ('problem' in plan) return NO_VOLUMES;
    for (const { claim, volume } of plan.bind) {
      this.#cache.assumedVolumes.set(volume.metadata.name ?? '', claimKey(claim));
    }
    return plan;
  }

  async #bind(item: Queued, node: NodeInfo, plan: VolumePlan): Promise<void> {
    const pod = item.info;
    const mark = this.#queue.mark();
    try {
      if (plan !== NO_VOLUMES) await this.#bindVolumes(pod, node, plan);
      await this.#options.client.createSub(podsIn(pod.namespace), pod.name, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
        target: { kind: 'Node', name: node.name },
      });
      this.#cache.nominate(pod, '');
      this.#queue.done(item);
      this.#options.recorder.event(pod.pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.key} to ${node.name}`);
    } catch (error) {
      this.#cache.forget(pod);
      // Whatever the pod would have taken is free again for those it kept out.
      this.#queue.event(null);
      if (isStatus(error, 'NotFound') || !this.#running || !this.#queue.holds(item)) this.#queue.done(item);
      else this.#failed(item, (error as Error).message, mark);
    }
  }

  async #bindVolumes(pod: PodInfo, node: NodeInfo, plan: VolumePlan): Promise<void> {
    try {
      await this.#binder.bind(pod, node, plan);
    } catch (error) {
      throw new Error(`running PreBind plugin "VolumeBinding": ${(error as Error).message}`);
    } finally {
      for (const { volume } of plan.bind) this.#cache.assumedVolumes.delete(volume.metadata.name ?? '');
    }
  }

  #failed(item: Queued, message: string, mark: number): void {
    const pod = item.info;
    this.#options.recorder.event(pod.pod, 'Warning', 'FailedScheduling', message);
    this.#queue.failed(item, NO_PLUGINS, mark);
    this.#write(pod, 'SchedulerError', message, undefined);
  }

  #refused(item: Queued, decision: Exclude<Decision, { kind: 'node' }>): void {
    const pod = item.info;
    const mark = this.#queue.mark();
    let nominated: string | undefined;
    let why: string | null = null;
    if (decision.kind === 'unfit') {
      const preemption = findPreemption(pod, this.#cache, decision);
      if (preemption.kind === 'victims') {
        nominated = preemption.node.name;
        this.#cache.nominate(pod, nominated);
        for (const victim of preemption.victims) void this.#preempt(victim, pod, preemption.node.name);
      } else why = preemption.message;
    }
    const message = failureMessage(decision, this.#cache.nodes.length, why);
    this.#options.recorder.event(pod.pod, 'Warning', 'FailedScheduling', message);
    // With no node at all any node is news; otherwise only what the refusing filters look at.
    this.#queue.failed(item, decision.kind === 'no-nodes' ? NO_NODES : decision.plugins, mark);
    this.#write(pod, 'Unschedulable', message, nominated);
  }

  async #preempt(victim: PodInfo, pod: PodInfo, node: string): Promise<void> {
    if (victim.terminating) return;
    try {
      await markPreempted(this.#options.client, victim, this.#name, this.#options.clock.now());
      await this.#options.client.delete(podsIn(victim.namespace), victim.name, { preconditions: { uid: victim.uid } });
      this.#options.recorder.event(victim.pod, 'Normal', 'Preempted', `Preempted by pod ${pod.uid} on node ${node}`);
    } catch (error) {
      if (!isStatus(error, 'NotFound') && !isStatus(error, 'Conflict')) {
        this.#options.recorder.event(
          pod.pod,
          'Warning',
          'FailedScheduling',
          `preempting ${podKey(victim.pod)}: ${(error as Error).message}`,
        );
      }
    }
  }

  #write(
    pod: PodInfo,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    nominated: string | undefined,
  ): void {
    const now = this.#options.clock.now();
    // A condition that could not be written is written with the next attempt.
    writeUnscheduled(this.#options.client, pod, reason, message, nominated, now).catch(() => undefined);
  }
}

const NO_NODES: ReadonlySet<string> = new Set(['NodeName']);
