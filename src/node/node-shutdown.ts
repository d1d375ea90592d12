import { type Clock, sleep } from '../base/clock.ts';
import type { PodVerdict } from './pod/verdict.ts';
import type { PodWorker } from './pod/worker.ts';

/** How long pods have when the node shuts down, milliseconds; the critical ones have their part at the end. */
export interface ShutdownGrace {
  readonly totalMs: number;
  readonly criticalMs: number;
}

const CRITICAL_PRIORITY = 2_000_000_000;
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
  const isCritical = ({ pod }: PodWorker): boolean => (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY;
  const parts: readonly (readonly [readonly PodWorker[], number])[] = [
    [all.filter((worker) => !isCritical(worker)), totalMs - criticalMs],
    [all.filter(isCritical), criticalMs],
  ];
  for (const [group, limitMs] of parts) {
    if (group.length === 0) continue;
    for (const worker of group) worker.evict(VERDICT, Math.min(worker.graceMs(), limitMs));
    await Promise.race([ended(group), sleep(clock, limitMs)]);
  }
}
