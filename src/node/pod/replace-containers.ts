import { type ContainerRecord, isRunning, terminatedOf } from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { stopRecord } from './stop-containers.ts';

/** All containers go and start over in the same sandbox, init containers first (RestartAllContainers). */
export async function restartAll(host: PodHost, worker: PodState): Promise<void> {
  if (worker.restartingAll) return;
  worker.restartingAll = true;
  host.changed(worker);
  const records = worker.records;
  const now = host.clock.now();
  await Promise.all(
    records.filter(isRunning).map((record) => stopRecord(host, worker, record, new Deadline(host.clock, now), null)),
  );
  worker.restartingAll = false;
  if (worker.stage !== 'running') return;
  for (const record of records) {
    record.last = terminatedOf(record) ?? record.last;
    record.state = null;
    record.startedUp = false;
    record.ready = false;
    record.begun = false;
    record.waiting = {
      reason: 'RestartingAllContainers',
      message: 'The container is removed because RestartAllContainers in place',
    };
  }
  worker.kick();
}

/** A new image or the like: backoffs are forgotten, and what runs is replaced. */
export function imageChanged(host: PodHost, worker: PodState, record: ContainerRecord): void {
  record.backoff.reset();
  record.pullBackoff.reset();
  record.pullFailure = null;
  record.retryAt = 0;
  if (worker.stage !== 'running' || record.task !== null || !isRunning(record)) return;
  const what =
    record.role === 'sidecar'
      ? `Init container ${record.name} definition changed`
      : `Container ${record.name} definition changed, will be restarted`;
  const deadline = new Deadline(host.clock, host.clock.now() + worker.graceMs());
  void stopRecord(host, worker, record, deadline, what).then(() => worker.kick());
}
