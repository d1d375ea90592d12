import type { Sandbox } from '../runtimes/runtime.ts';
import { VolumeError } from '../volumes/volume-manager.ts';
import type { Alarm } from './alarm.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';

const RETRY_MS = 10_000;
const VOLUME_RETRY_MS = 500;
const VOLUME_RETRY_MAX_MS = 122_000;
const NO_IPS: readonly string[] = [];

/** What a pod has to have before its containers start, and gives back at the end: its volumes, then its sandbox. */
export class Preparation {
  readonly #host: PodHost;
  readonly #worker: PodState;
  readonly #alarm: Alarm;
  #sandbox: Sandbox | null = null;
  #hadSandbox = false;
  /** An earlier agent may have made its volumes ready. */
  #adopted = false;
  #sandboxPending = false;
  #volumes: 'none' | 'pending' | 'ready' = 'none';
  #volumeFailures = 0;
  #retryAt = 0;

  constructor(host: PodHost, worker: PodState, alarm: Alarm) {
    this.#host = host;
    this.#worker = worker;
    this.#alarm = alarm;
  }

  get sandboxReady(): boolean {
    return this.#sandbox !== null;
  }

  get ips(): readonly string[] {
    return this.#sandbox?.ips ?? NO_IPS;
  }

  /** What a restarted agent found. */
  adopt(sandbox: Sandbox | null): void {
    this.#sandbox = sandbox;
    this.#hadSandbox = sandbox !== null;
    this.#adopted = true;
  }

  /** What it waited for may be there now. */
  lookAgain(): void {
    this.#retryAt = 0;
  }

  /** True when all is there; otherwise begins what is due, and kicks the worker when that is done. */
  advance(): boolean {
    const now = this.#host.clock.now();
    if (this.#retryAt > now) this.#alarm.atLatest(this.#retryAt);
    else if (this.#volumes !== 'ready') this.#prepareVolumes();
    if (this.#volumes !== 'ready') return false;
    if (this.#sandbox !== null) return true;
    if (this.#retryAt <= now) void this.#makeSandbox();
    return false;
  }

  #prepareVolumes(): void {
    if (this.#volumes === 'pending') return;
    try {
      const work = this.#host.volumes.prepare(this.#worker.pod);
      if (work === null) {
        this.#volumesReady();
        return;
      }
      this.#volumes = 'pending';
      work.then(
        () => {
          this.#volumesReady();
          this.#worker.kick();
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
    this.#host.stuck(this.#worker, false);
  }

  #volumesFailed(error: unknown): void {
    this.#volumes = 'none';
    const message = error instanceof VolumeError ? error.eventMessage : (error as Error).message;
    this.#host.event(this.#worker.pod, 'Warning', 'FailedMount', message);
    this.#retryIn(Math.min(VOLUME_RETRY_MAX_MS, VOLUME_RETRY_MS * 2 ** this.#volumeFailures++), () =>
      this.#host.stuck(this.#worker, true),
    );
    this.#host.changed(this.#worker);
  }

  #retryIn(delayMs: number, before?: () => void): void {
    this.#retryAt = this.#host.clock.now() + delayMs;
    before?.();
    this.#alarm.atLatest(this.#retryAt);
  }

  async #makeSandbox(): Promise<void> {
    if (this.#sandboxPending) return;
    this.#sandboxPending = true;
    const { pod } = this.#worker;
    try {
      const sandbox = await this.#host.runtime.createSandbox(this.#host.sandboxSpec(pod));
      this.#hadSandbox = true;
      this.#sandbox = sandbox;
    } catch (error) {
      const message = `Failed to create pod sandbox: ${(error as Error).message}`;
      this.#host.event(pod, 'Warning', 'FailedCreatePodSandBox', message);
      this.#retryIn(RETRY_MS);
    } finally {
      this.#sandboxPending = false;
    }
    this.#worker.kick();
  }

  /** The containers are down: takes the sandbox away, then the volumes. Resolves when nothing is left. */
  async giveBack(): Promise<void> {
    const { runtime, volumes } = this.#host;
    const { uid, pod } = this.#worker;
    if (this.#hadSandbox || this.#sandboxPending) await this.#untilItWorks(() => runtime.removeSandbox(uid));
    this.#sandbox = null;
    if (this.#volumes !== 'none' || this.#hadSandbox || this.#adopted)
      await this.#untilItWorks(() => volumes.teardown(pod));
  }

  /** Cleaning up is tried until it works: a pod is not gone while something of it is left. */
  async #untilItWorks(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        const message = `error killing pod: ${(error as Error).message}`;
        this.#host.event(this.#worker.pod, 'Warning', 'FailedKillPod', message);
        await new Promise<void>((resolve) => this.#host.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  /** The containers are down for the node's sake: gives the network back; true when there was one to give. */
  async releaseSandbox(): Promise<boolean> {
    const { runtime } = this.#host;
    if (this.#sandbox === null || runtime.releaseSandbox === undefined || !this.#worker.halted) return false;
    await runtime.releaseSandbox(this.#worker.uid).catch(() => undefined);
    this.#sandbox = null;
    return true;
  }
}
