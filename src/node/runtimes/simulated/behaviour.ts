import { quantityValue } from '../../../base/quantity.ts';
import { parseGoDuration } from '../../../base/time.ts';
import type { PodView } from '../runtime.ts';

/** Prefix of the annotations that steer simulated pods; `KEY.CONTAINER` speaks of one container only. */
export const SIMULATE = 'simulate.perdure.dev/';

/** How one container behaves. Durations in milliseconds. */
export interface Behaviour {
  /** From the start order to running. */
  readonly startDelay: number;
  /** From running to ready. */
  readonly readyAfter: number;
  readonly neverReady: boolean;
  /** From running to exit with `exitCode`; null: runs until stopped. */
  readonly exitAfter: number | null;
  readonly exitCode: number;
  /** From SIGTERM to exit. */
  readonly stopDelay: number;
  readonly ignoreSigterm: boolean;
  /** From running until any of its probes can succeed; its probes then run on their schedule. */
  readonly recovery: number;
  /** Bytes it uses; more than its limit, and it is killed for it as soon as it runs. */
  readonly memory: number;
  /** From running to a failing liveness probe. */
  readonly livenessFailAfter: number | null;
  /** A host without which the container ends with 1 as soon as it starts; the pod of that name does not need itself. */
  readonly needs: string | null;
  /** Pulling the image fails with this text. */
  readonly imageError: string | null;
  /** Probes run on the schedule of the pod's spec instead of answering at once. */
  readonly honorProbes: boolean;
  /** preStop hooks run: `sleep` takes its time. */
  readonly honorHooks: boolean;
}

/** What pods without annotations do: start, be ready and stop at once. */
const DEFAULT: Behaviour = {
  startDelay: 0,
  readyAfter: 0,
  neverReady: false,
  exitAfter: null,
  exitCode: 0,
  stopDelay: 0,
  ignoreSigterm: false,
  recovery: 0,
  memory: 0,
  livenessFailAfter: null,
  needs: null,
  imageError: null,
  honorProbes: false,
  honorHooks: false,
};

/** An init container without a word about it is done at once. */
const DEFAULT_INIT: Behaviour = { ...DEFAULT, exitAfter: 0 };

function duration(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  // A bare number is seconds, as people write it.
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  try {
    return parseGoDuration(text);
  } catch {
    return fallback;
  }
}

function bytes(text: string | undefined): number {
  if (text === undefined) return 0;
  try {
    return quantityValue(text);
  } catch {
    return 0;
  }
}

/**
 * Reads the behaviour of a container from its pod's annotations:
 * `start-delay`, `ready-after`, `never-ready`, `exit-after`, `exit-code`, `crash-loop` (exit-after 0 with code 1),
 * `stop-delay`, `ignore-sigterm`, `recovery`, `needs`, `memory`, `liveness-fail-after`, `image-error`, `honor-probes`, `honor-hooks`; for init containers
 * `init-duration` and `init-exit-code`. Durations are Go durations or seconds, flags are "true".
 */
export function behaviourOf(pod: PodView, container: string, init: boolean): Behaviour {
  const annotations: Readonly<Record<string, string>> | undefined = pod.metadata.annotations;
  const base = init ? DEFAULT_INIT : DEFAULT;
  if (annotations === undefined) return base;
  let any = false;
  for (const key in annotations) {
    if (key.startsWith(SIMULATE)) {
      any = true;
      break;
    }
  }
  if (!any) return base;
  const own = (key: string): string | undefined => annotations[`${SIMULATE}${key}.${container}`];
  const read = (key: string): string | undefined => own(key) ?? annotations[SIMULATE + key];
  // What is said of the pod as a whole is said of its app containers; init containers have words of their own.
  const exit = init ? (key: string) => own(key) ?? annotations[`${SIMULATE}init-${key}`] : read;
  const crash = exit('crash-loop') === 'true';
  const exitAfter = init ? (own('exit-after') ?? annotations[`${SIMULATE}init-duration`]) : read('exit-after');
  const recovery = duration(read('recovery'), 0);
  return {
    startDelay: duration(read('start-delay'), 0),
    readyAfter: duration(read('ready-after'), 0),
    neverReady: read('never-ready') === 'true',
    exitAfter: crash ? duration(exitAfter, 0) : exitAfter === undefined ? base.exitAfter : duration(exitAfter, 0),
    exitCode: Number(exit('exit-code') ?? (crash ? 1 : 0)) || 0,
    stopDelay: duration(read('stop-delay'), 0),
    ignoreSigterm: read('ignore-sigterm') === 'true',
    recovery,
    memory: bytes(init ? own('memory') : read('memory')),
    livenessFailAfter: read('liveness-fail-after') === undefined ? null : duration(read('liveness-fail-after'), 0),
    needs: read('needs') ?? null,
    imageError: read('image-error') ?? null,
    honorProbes: recovery > 0 || read('honor-probes') === 'true',
    honorHooks: read('honor-hooks') === 'true',
  };
}
