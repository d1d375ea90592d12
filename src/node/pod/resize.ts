import { amountsOf } from '../../api/shared/pod-requests.ts';
import type { ContainerSpec } from '../runtimes/runtime.ts';
import { type ContainerRecord, type ContainerTemplate, isRunning } from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { stopRecord } from './stop-containers.ts';

/** Limits as the runtime takes them. */
export function limitsOf(resources: ContainerTemplate): ContainerSpec['limits'] {
  if (!resources?.limits) return {};
  const { memory, milliCpu } = amountsOf(resources.limits);
  return {
    ...(memory > 0 ? { memoryBytes: memory } : {}),
    ...(milliCpu > 0 ? { cpuMillis: milliCpu } : {}),
  };
}

/** Whether a change of resources means that the container has to start anew, by its resizePolicy. */
export function needsRestart(before: ContainerTemplate, template: ContainerTemplate): boolean {
  return (template.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }: { resourceName: string; restartPolicy: string }) =>
      restartPolicy === 'RestartContainer' &&
      (['requests', 'limits'] as const).some(
        (kind) => before?.[kind]?.[resourceName] !== template.resources?.[kind]?.[resourceName],
      ),
  );
}

/**
 * Gives containers the resources their pod asks for now (KEP-1287), if the node has them. What cannot be had is told and
 * tried again when something of the node's is free, or the pod changes.
 */
export function resizeContainers(host: PodHost, worker: PodState): void {
  const changed = worker.records.filter((record) => record.resources !== record.template.resources);
  if (changed.length === 0) {
    if (!worker.resizing) worker.resize = null;
    return;
  }
  if (worker.resizing || changed.some((record) => record.task !== null)) return;
  const refusal = host.admitResize(worker.pod);
  if (refusal !== null) {
    const { reason, message } = refusal;
    if (worker.resize?.message !== message)
      host.event(worker.pod, 'Warning', `Resize${reason}`, `Pod resize ${reason}: ${message}`);
    worker.resize = { type: 'PodResizePending', reason, message };
    return;
  }
  void carryOut(host, worker, changed);
}

async function carryOut(host: PodHost, worker: PodState, changed: readonly ContainerRecord[]): Promise<void> {
  worker.resizing = true;
  worker.resize = { type: 'PodResizeInProgress' };
  host.event(worker.pod, 'Normal', 'ResizeStarted', `Pod resize started: ${summary(worker)}`);
  try {
    for (const record of changed) await resize(host, worker, record);
    worker.resize = null;
    host.event(worker.pod, 'Normal', 'ResizeCompleted', `Pod resize completed: ${summary(worker)}`);
  } catch (error) {
    const { message } = error as Error;
    worker.resize = { type: 'PodResizeInProgress', reason: 'Error', message };
    host.event(worker.pod, 'Warning', 'ResizeError', `Pod resize error: ${message}`);
    host.changed(worker);
    return;
  } finally {
    worker.resizing = false;
  }
  if (worker.stage === 'running') worker.kick();
}

async function resize(host: PodHost, worker: PodState, record: ContainerRecord): Promise<void> {
  const { template } = record;
  if (isRunning(record) && needsRestart(record.resources, template)) {
    const deadline = new Deadline(host.clock, host.clock.now() + worker.graceMs());
    await stopRecord(host, worker, record, deadline, `Container ${record.name} resize requires restart`);
    record.backoff.reset();
  } else if (isRunning(record) && record.state !== null) {
    await host.runtime.updateContainer?.(record.state.id, limitsOf(template.resources));
  }
  record.resources = template.resources;
}

function summary(worker: PodState): string {
  const containers = worker.apps.map(({ name, template }) => ({ name, resources: template.resources ?? {} }));
  return JSON.stringify({ containers, generation: worker.pod.metadata.generation });
}
