import { formatGoDuration } from '../../base/time.ts';
import type { ContainerRecord } from './container-record.ts';
import type { PodHost } from './host.ts';
import type { Plan } from './plan.ts';
import type { PodState } from './pod-state.ts';
import { restartAll } from './replace-containers.ts';
import { runContainer } from './run-container.ts';

/** Begins what is planned for a pod's containers; true when the pod is over and has to end. */
export function carryOut(host: PodHost, worker: PodState, plan: Plan, wake: (at: number) => void): boolean {
  if (plan.restartAll) {
    void restartAll(host, worker);
    return false;
  }
  for (const { record } of plan.backingOff) backOff(host, worker, record);
  if (plan.wakeAt !== null) wake(plan.wakeAt);
  if (plan.complete) return true;
  if (plan.start !== null) void runContainer(host, worker, plan.start);
  return false;
}

function backOff(host: PodHost, worker: PodState, record: ContainerRecord): void {
  if (record.waiting?.reason === 'CrashLoopBackOff') return;
  const { name, namespace } = worker.pod.metadata;
  const what = `${name}_${namespace}(${worker.uid})`;
  const delay = formatGoDuration(record.backoff.delayMs);
  record.waiting = {
    reason: 'CrashLoopBackOff',
    message: `back-off ${delay} restarting failed container=${record.name} pod=${what}`,
  };
  const message = `Back-off restarting failed container ${record.name} in pod ${what}`;
  host.event(worker.pod, 'Warning', 'BackOff', message, record);
}
