import { type Clock, sleep } from '../base/clock.ts';
import { parseGoDuration } from '../base/time.ts';
import type { KubeObject } from '../schema/object.ts';
import type { PodVerdict } from './pod/verdict.ts';
import type { PodWorker } from './pod/worker.ts';
import { isCritical } from './pressure/rank.ts';

/** How long pods have when the node shuts down, milliseconds; the critical ones have their part at the end. */
export interface ShutdownGrace {
  readonly totalMs: number;
  readonly criticalMs: number;
}

const MESSAGE = 'Pod was terminated in response to imminent node shutdown.';
const VERDICT: PodVerdict = {
  reason: 'Terminated',
  message: MESSAGE,
  disruption: { reason: 'TerminationByKubelet', message: MESSAGE },
};

/** Why a node that shuts down takes no more pods (node.md 5.3). */
export const NODE_SHUTDOWN = {
  reason: 'NodeShutdown',
  message: 'Pod was rejected as the node is shutting down.',
};

/**
 * Annotation of a Node that asks it to shut down as a machine would that is switched off: its value is the whole grace
 * period and, after a comma, the part of critical pods at its end (`30s` or `30s,10s`). Taking it off starts the node again.
 */
export const SHUTDOWN = 'perdure.dev/shutdown';

/** What the annotation asks for; null when it is not there. Throws RangeError when it is not understood. */
export function shutdownOf(node: KubeObject): ShutdownGrace | null {
  const text: string | undefined = node.metadata.annotations?.[SHUTDOWN];
  if (text === undefined) return null;
  const [total = '', critical = '0s', ...more] = text.split(',');
  const grace = { totalMs: parseGoDuration(total), criticalMs: parseGoDuration(critical) };
  if (more.length > 0 || grace.criticalMs < 0 || grace.totalMs < grace.criticalMs)
    throw new RangeError(`not a grace period and the part of it for critical pods: "${text}"`);
  return grace;
}

/**
 * Ends pods before the machine goes: those that are not critical first, then the critical ones, each within its own grace
 * or what the node gives. `ended` resolves when all of the given workers are through.
 */
export async function endPods(
  workers: Iterable<PodWorker>,
  { totalMs, criticalMs }: ShutdownGrace,
  clock: Clock,
  ended: (workers: readonly PodWorker[]) => Promise<void>,
): Promise<void> {
  const all = [...workers];
  const critical = ({ pod }: PodWorker): boolean => isCritical(pod);
  const parts: readonly (readonly [readonly PodWorker[], number])[] = [
    [all.filter((worker) => !critical(worker)), totalMs - criticalMs],
    [all.filter(critical), criticalMs],
  ];
  for (const [group, limitMs] of parts) {
    if (group.length === 0) continue;
    for (const worker of group) worker.evict(VERDICT, Math.min(worker.graceMs(), limitMs));
    await Promise.race([ended(group), sleep(clock, limitMs)]);
  }
}
