import type { ContainerRecord } from './container-record.ts';
import { isRunning } from './container-record.ts';
import type { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';

/** What a container gets between SIGTERM and SIGKILL at least, however long its preStop took. */
const LEAST_MS = 2_000;

/**
 * Stops one running container: Killing event, preStop within the grace, SIGTERM, SIGKILL at the deadline (node.md 5.1).
 * `message` of the event; null: none. Resolves when it has exited.
 */
export async function stopRecord(
  host: PodHost,
  worker: PodState,
  record: ContainerRecord,
  deadline: Deadline,
  message: string | null,
  after?: Promise<unknown>,
): Promise<void> {
  const id = record.state?.id;
  if (id === undefined || !isRunning(record)) return;
  const before = record.task;
  record.task = 'stopping';
  if (message !== null) host.event(worker.pod, 'Normal', 'Killing', message, record);
  try {
    const handler = record.template.lifecycle?.preStop;
    let rest = deadline.left;
    const hooked = host.runtime.simulated !== true || host.runtime.runsHooks?.(worker.uid, record.name) === true;
    if (handler && rest > 0 && hooked) {
      const hook = host.runHook(worker, record, handler).catch(() => {
        host.event(worker.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', record);
      });
      await deadline.race(hook);
      rest = Math.max(deadline.left, LEAST_MS);
    }
    if (after !== undefined) {
      await deadline.race(after);
      rest = Math.max(deadline.left, LEAST_MS);
    }
    if (isRunning(record)) {
      deadline.onShortened(() => {
        void host.runtime.stopContainer(id, deadline.left).catch(() => undefined);
      });
      const state = await host.runtime.stopContainer(id, rest);
      if (record.state?.id === id && isRunning(record)) await worker.exited(state);
    }
  } catch {
    // The runtime does not know it any more: it is not running.
  } finally {
    record.task = before === 'starting' ? 'starting' : null;
  }
}

/** Stops all containers of a pod: apps together, then sidecars in reverse order, each when those after it are down. */
export async function stopRecords(host: PodHost, worker: PodState, deadline: Deadline): Promise<void> {
  const running = worker.records.filter(isRunning);
  if (running.length === 0) return;
  const killing = (record: ContainerRecord): string => `Stopping container ${record.name}`;
  const others = running.filter((record) => record.role !== 'sidecar');
  const stops: Promise<void>[] = others.map((record) => stopRecord(host, worker, record, deadline, killing(record)));
  for (const sidecar of running.filter((record) => record.role === 'sidecar').reverse()) {
    const before = Promise.all(stops);
    stops.push(stopRecord(host, worker, sidecar, deadline, killing(sidecar), stops.length === 0 ? undefined : before));
  }
  await Promise.all(stops);
}
