import { type ContainerSpec, type ContainerState, RuntimeError } from '../runtimes/runtime.ts';
import { type ContainerRecord, isRunning, terminatedOf } from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { containerSpec, pullImage, StartError } from './start-container.ts';
import { stopRecord } from './stop-containers.ts';
import { watchContainer } from './watch-container.ts';

const RETRY_MS = 10_000;

/** Starts it in the runtime, where the end of the pod can wait for it: a start under way cannot be called back. */
async function launch(host: PodHost, worker: PodState, spec: ContainerSpec): Promise<ContainerState> {
  const started = host.runtime.startContainer(spec);
  if (host.runtime.simulated !== true) worker.launching = started;
  try {
    return await started;
  } finally {
    worker.launching = null;
  }
}

/** Starts a container: image, configuration, runtime, postStart, probes. Never rejects; kicks the worker at the end. */
export async function runContainer(host: PodHost, worker: PodState, record: ContainerRecord): Promise<void> {
  const { runtime, clock } = host;
  const before = terminatedOf(record);
  record.task = 'starting';
  record.hooked = false;
  try {
    const image = await pullImage(host, worker, record);
    const spec = await containerSpec(host, worker, record, image);
    if (worker.stage !== 'running' || worker.held) return;
    if (before !== null) record.backoff.retried(before.finishedAt, clock.now());
    const state = await launch(host, worker, spec);
    // It ended before its start was answered: what it left behind is being read.
    if (record.settling !== null) await record.settling;
    host.event(worker.pod, 'Normal', 'Created', 'Container created', record);
    host.event(worker.pod, 'Normal', 'Started', 'Container started', record);
    const forgotten = record.last;
    if (before !== null) record.last = before;
    if (before !== null && forgotten !== null)
      void runtime.removeContainer(forgotten.containerId).catch(() => undefined);
    record.attempt = state.attempt;
    record.begun = true;
    record.waiting = null;
    // Its exit may have been told before the start was.
    if (record.state?.id !== state.id) record.state = state;
    host.stuck(worker, false);
    // It was on its way when the node halted its pods.
    if (worker.halted) await runtime.stopContainer(state.id, 0).catch(() => undefined);
    if (isRunning(record)) await afterStart(host, worker, record);
  } catch (error) {
    startFailed(host, worker, record, error, before !== null);
  } finally {
    record.task = null;
  }
  if (worker.stage === 'running') worker.kick();
}

async function afterStart(host: PodHost, worker: PodState, record: ContainerRecord): Promise<void> {
  const handler = record.template.lifecycle?.postStart;
  if (handler && host.runtime.simulated !== true) {
    try {
      await host.runHook(worker, record, handler);
    } catch {
      host.event(worker.pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', record);
      record.waiting = { reason: 'PostStartHookError', message: 'PostStartHook failed' };
      await stopRecord(
        host,
        worker,
        record,
        new Deadline(host.clock, host.clock.now() + worker.graceMs()),
        'FailedPostStartHook',
      );
      return;
    }
  }
  record.hooked = true;
  if (isRunning(record)) watchContainer(host, worker, record);
}

function startFailed(
  host: PodHost,
  worker: PodState,
  record: ContainerRecord,
  error: unknown,
  restarted: boolean,
): void {
  if (worker.stage !== 'running') return;
  const { clock } = host;
  const reason = error instanceof StartError || error instanceof RuntimeError ? error.reason : 'RunContainerError';
  const message = (error as Error).message;
  record.waiting = { reason, message };
  if (reason === 'RunContainerError') {
    host.event(worker.pod, 'Normal', 'Created', 'Container created', record);
    const previous = terminatedOf(record) ?? record.last;
    record.attempt++;
    record.begun = true;
    record.state = null;
    record.last = {
      exitCode: 128,
      reason: 'StartError',
      message,
      startedAt: null,
      finishedAt: clock.now(),
      containerId: previous?.containerId ?? '',
    };
    if (!restarted || previous !== null) record.backoff.retried(clock.now(), clock.now());
    record.retryAt = record.backoff.readyAt(clock.now());
  } else {
    const backoff =
      reason === 'ErrImagePull'
        ? 0
        : record.pullFailure === null
          ? 0
          : record.pullBackoff.readyAt(record.pullFailure.at);
    // ErrImagePull shows for a moment, then the backoff does.
    record.retryAt =
      reason === 'ErrImagePull'
        ? clock.now() + 1000
        : Math.max(backoff, clock.now() + (backoff > clock.now() ? 0 : RETRY_MS));
    if (reason === 'CreateContainerConfigError') host.stuck(worker, true);
  }
  if (!(error instanceof StartError)) host.event(worker.pod, 'Warning', 'Failed', `Error: ${message}`, record);
}
