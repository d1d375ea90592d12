import type { Clock, Timer } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { ContainerRecord } from '../pod/container-record.ts';
import type { PodState } from '../pod/pod-state.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { attempt, type Dialers, type Outcome } from './attempt.ts';
import type { ContainerProbes, ProbeListener } from './probes.ts';

export type { Dialers } from './attempt.ts';

export interface ProbesOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly random: Random;
  readonly dialers?: Dialers;
  readonly worker: PodState;
  readonly record: ContainerRecord;
  readonly listener: ProbeListener;
}

type Kind = 'startup' | 'readiness' | 'liveness';

/** One probe of one instance on its schedule: run lengths of successes and failures against the thresholds. */
class Prober {
  readonly kind: Kind;
  // biome-ignore lint/suspicious/noExplicitAny: probes as stored
  readonly #probe: any;
  readonly #options: ProbesOptions;
  readonly #decided: (success: boolean) => void;
  #timer: Timer | null = null;
  #run = 0;
  #last: boolean | null = null;
  #stopped = false;

  constructor(kind: Kind, options: ProbesOptions, decided: (success: boolean) => void) {
    this.kind = kind;
    this.#probe = options.record.template[`${kind}Probe`];
    this.#options = options;
    this.#decided = decided;
  }

  start(): void {
    const { clock, record } = this.#options;
    const startedAt = record.state?.startedAt ?? clock.now();
    const due = startedAt + (this.#probe.initialDelaySeconds ?? 0) * 1000;
    this.#arm(Math.max(0, due - clock.now()));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(delay: number): void {
    this.#timer = this.#options.clock.setTimer(delay, () => void this.#try());
  }

  async #try(): Promise<void> {
    const { listener, worker } = this.#options;
    const { held, holds } = worker;
    const outcome = await this.#outcome();
    if (this.#stopped) return;
    // Nobody is killed for not answering while they were kept from it; that they do not answer is true all the same.
    const kept = this.kind !== 'readiness' && (held || worker.holds !== holds);
    if (kept && outcome.kind !== 'success') this.#run = 0;
    else if (outcome.kind === 'error') listener.unhealthy(this.kind, outcome.output, true);
    else {
      const success = outcome.kind === 'success';
      this.#run = this.#last === success ? this.#run + 1 : 1;
      this.#last = success;
      if (!success) listener.unhealthy(this.kind, outcome.output, false);
      const threshold = success ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
      if (this.#run >= threshold) this.#decided(success);
    }
    if (!this.#stopped) this.#arm((this.#probe.periodSeconds || 10) * 1000);
  }

  async #outcome(): Promise<Outcome> {
    const { runtime, clock, dialers, worker, record } = this.#options;
    const told = (await runtime.probe?.(worker.uid, record.name, this.kind)) ?? null;
    if (told !== null) return told ? { kind: 'success' } : { kind: 'failure', output: 'simulated failure' };
    return attempt(
      {
        runtime,
        clock,
        ...(dialers === undefined ? {} : { dialers }),
        podUid: worker.uid,
        podIP: worker.podIPs[0] ?? '',
        containerId: record.state?.id ?? '',
        template: record.template,
      },
      this.#probe,
    );
  }
}

/** Starts the probes of a running container: startup first, the others once it has passed (node.md 4). */
export function createProbes(options: ProbesOptions): ContainerProbes {
  const { record, listener } = options;
  const { template } = record;
  const probers: Prober[] = [];
  let over = false;
  let ending = false;

  function begin(kind: Kind, decided: (success: boolean, prober: Prober) => void): void {
    const prober: Prober = new Prober(kind, options, (success) => decided(success, prober));
    probers.push(prober);
    prober.start();
  }

  function beginOthers(): void {
    if (over) return;
    if (template.readinessProbe) begin('readiness', (success) => listener.ready(success));
    if (template.livenessProbe && !ending) {
      begin('liveness', (success, prober) => {
        if (success) return;
        // Until the next instance: one kill is enough.
        prober.stop();
        listener.failed('liveness', template.livenessProbe.terminationGracePeriodSeconds);
      });
    }
  }

  if (!template.startupProbe) beginOthers();
  else {
    begin('startup', (success, prober) => {
      prober.stop();
      if (!success) {
        listener.failed('startup', template.startupProbe.terminationGracePeriodSeconds);
        return;
      }
      listener.startedUp();
      beginOthers();
    });
  }
  return {
    terminating() {
      ending = true;
      for (const prober of probers) if (prober.kind !== 'readiness') prober.stop();
    },
    stop() {
      over = true;
      for (const prober of probers) prober.stop();
    },
  };
}
