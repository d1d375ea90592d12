import { isRunning } from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import type { Preparation } from './preparation.ts';
import { stopRecords } from './stop-containers.ts';

/** Stops the containers, those included whose start the runtime is still busy with. */
async function stopAll(host: PodHost, worker: PodState, deadline: Deadline): Promise<void> {
  await stopRecords(host, worker, deadline);
  if (worker.launching === null) return;
  await worker.launching.catch(() => undefined);
  await Promise.resolve();
  await stopRecords(host, worker, deadline);
}

/** Takes a pod down for good: containers within the grace, then sandbox and volumes. */
export async function tearDown(
  host: PodHost,
  worker: PodState,
  preparation: Preparation,
  deadline: Deadline,
): Promise<void> {
  for (const record of worker.records) record.probes?.terminating();
  await stopAll(host, worker, deadline);
  deadline.dispose();
  for (const record of worker.records) record.probes?.stop();
  await preparation.giveBack();
}

/** The node stops while a pod is ending already: what is left of its grace is `longestMs` at most. */
export async function hurry(host: PodHost, worker: PodState, longestMs: number): Promise<void> {
  await Promise.all(
    worker.records.filter(isRunning).map((record) => host.runtime.stopContainer(record.state!.id, longestMs)),
  );
}

/** The node stops: containers end within `graceMs` and the network is given back; the pod itself stays. */
export async function haltContainers(
  host: PodHost,
  worker: PodState,
  preparation: Preparation,
  graceMs: number,
): Promise<void> {
  for (const record of worker.records) record.probes?.terminating();
  await worker.launching?.catch(() => undefined);
  await Promise.resolve();
  const deadline = new Deadline(host.clock, host.clock.now() + graceMs);
  await stopRecords(host, worker, deadline);
  deadline.dispose();
  for (const record of worker.records) record.probes?.stop();
  if (await preparation.releaseSandbox()) host.changed(worker);
}
