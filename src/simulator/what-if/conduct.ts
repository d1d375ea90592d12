import type { PodView } from '../../node/runtimes/runtime.ts';
import { SIMULATE } from '../../node/runtimes/simulated.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Temper } from '../world/temper.ts';
import { isReady } from './members.ts';

export interface ConductOptions {
  /** From the start order to running; default 2 s. */
  readonly startDelayMs: number;
  /** From running to ready, where no readiness probe says so. */
  readonly readyAfterMs: number;
}

/** Label of a member: the revision it was made from. */
export const REVISION = 'controller-revision-hash';

export interface Misconduct {
  /** `namespace/name`. */
  readonly set: string;
  readonly ordinal: number;
  /** Only with this image, or of this revision. */
  readonly of: { readonly image: string } | { readonly revision: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * How the pods of a what-if behave: their start takes as long as their probes and the options say, and some misbehave because
 * the scenario says so.
 */
export class Conduct implements Temper {
  readonly #options: ConductOptions;
  readonly #misconduct: Misconduct[] = [];
  /** Sets whose members need their first one: its ordinal, and whether it is ready. */
  readonly #led = new Map<string, { readonly first: number; ready: boolean }>();
  #listeners: (() => void)[] = [];

  constructor(options: ConductOptions) {
    this.#options = options;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  misbehave(misconduct: Misconduct): void {
    this.#misconduct.push(misconduct);
    this.#changed();
  }

  /** Members of the set (`namespace/name`) other than the first crash while that is not ready. */
  needsLeader(set: string, first: number, ready: boolean): void {
    this.#led.set(set, { first, ready });
    this.#changed();
  }

  /** A pod as it now is, or null where there is none: it may be the first member of a set that needs it. */
  seen(namespace: string, name: string, pod: KubeObject | null): void {
    const [set, ordinal] = memberOf(namespace, name);
    const led = this.#led.get(set);
    const ready = pod !== null && pod.metadata.deletionTimestamp === undefined && isReady(pod);
    if (led === undefined || led.first !== ordinal || led.ready === ready) return;
    led.ready = ready;
    this.#changed();
  }

  annotations(pod: PodView): Readonly<Record<string, string>> {
    const own = pod.metadata.annotations ?? {};
    const says = (key: string): boolean => own[SIMULATE + key] !== undefined;
    const { startDelayMs, readyAfterMs } = this.#options;
    const result: Record<string, string> = {};
    if (!says('start-delay')) result[`${SIMULATE}start-delay`] = `${startDelayMs}ms`;
    if (!says('ready-after')) result[`${SIMULATE}ready-after`] = `${readyMs(pod) ?? readyAfterMs}ms`;
    const [set, ordinal] = memberOf(pod.metadata.namespace, pod.metadata.name);
    for (const one of this.#misconduct) {
      if (one.set === set && one.ordinal === ordinal && isOf(pod, one.of)) Object.assign(result, one.annotations);
    }
    const led = this.#led.get(set);
    if (led !== undefined && !led.ready && ordinal > led.first) Object.assign(result, CRASHING);
    return result;
  }
}

export const NEVER_READY = { [`${SIMULATE}never-ready`]: 'true' };
export const CRASHING = { [`${SIMULATE}crash-loop`]: 'true', [`${SIMULATE}exit-after`]: '1s' };
export const pullFails = (text: string): Readonly<Record<string, string>> => ({ [`${SIMULATE}image-error`]: text });

function isOf(pod: PodView, of: Misconduct['of']): boolean {
  if ('image' in of) return pod.spec?.containers?.[0]?.image === of.image;
  return pod.metadata.labels?.[REVISION] === of.revision;
}

/** Set (`namespace/name`) and ordinal that the name of a pod stands for; -1 where it has none. */
function memberOf(namespace: string, pod: string): readonly [set: string, ordinal: number] {
  const match = /^(.+)-(\d+)$/.exec(pod);
  return [`${namespace}/${match?.[1] ?? ''}`, Number(match?.[2] ?? -1)];
}

interface Probe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
}

/** When readiness can first be true by the pod's own probes, in milliseconds after it runs; null without any. */
export function readyMs(pod: PodView): number | null {
  const containers: readonly { readonly readinessProbe?: Probe }[] = pod.spec?.containers ?? [];
  const delays = containers.flatMap(({ readinessProbe: probe }) => {
    if (probe === undefined) return [];
    const { initialDelaySeconds = 0, successThreshold = 1, periodSeconds = 10 } = probe;
    return [(initialDelaySeconds + (successThreshold - 1) * periodSeconds) * 1000];
  });
  return delays.length === 0 ? null : Math.max(...delays);
}
