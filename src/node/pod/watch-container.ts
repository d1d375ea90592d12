import { type ContainerRecord, isRunning } from './container-record.ts';
import { Deadline } from './deadline.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { stopRecord } from './stop-containers.ts';

/** Sets readiness of a new instance: pushed answers at once, else by its probes. */
export function watchContainer(host: PodHost, worker: PodState, record: ContainerRecord): void {
  const { runtime } = host;
  const { template } = record;
  if (record.role === 'init' || record.role === 'ephemeral') {
    record.startedUp = true;
    return;
  }
  const pushed = runtime.pushedProbe?.(worker.uid, record.name, 'readiness') ?? null;
  if (pushed !== null) {
    record.startedUp = true;
    record.ready = pushed;
    return;
  }
  record.startedUp = !template.startupProbe;
  record.ready = !template.readinessProbe;
  if (!template.startupProbe && !template.readinessProbe && !template.livenessProbe) return;
  record.probes = host.startProbes(worker, record, {
    startedUp: () => {
      record.startedUp = true;
      worker.kick();
    },
    ready: (value) => {
      if (record.ready === value) return;
      record.ready = value;
      host.changed(worker);
    },
    failed: (kind, grace) => probeFailed(host, worker, record, kind, grace),
    unhealthy: (kind, message, errored) => {
      const title = `${kind[0]!.toUpperCase()}${kind.slice(1)} probe`;
      const text = errored
        ? `${title} errored and resulted in unknown state: ${message}`
        : `${title} failed: ${message}`;
      host.event(worker.pod, 'Warning', 'Unhealthy', text, record);
    },
  });
}

/** Kills a container that its probe gave up on; what follows is up to the restart policy. */
export function probeFailed(
  host: PodHost,
  worker: PodState,
  record: ContainerRecord,
  kind: 'liveness' | 'startup',
  graceSeconds: number | undefined,
): void {
  if (worker.stage !== 'running' || record.task !== null || !isRunning(record)) return;
  const grace = graceSeconds === undefined ? worker.graceMs() : graceSeconds * 1000;
  const again = record.role === 'sidecar' || worker.pod.spec.restartPolicy !== 'Never';
  const message =
    record.role === 'sidecar'
      ? `Init container ${record.name} failed ${kind} probe`
      : `Container ${record.name} failed ${kind} probe${again ? ', will be restarted' : ''}`;
  void stopRecord(host, worker, record, new Deadline(host.clock, host.clock.now() + grace), message).then(() =>
    worker.kick(),
  );
}

/** An answer of a runtime that pushes them may have changed. */
export function probeAnswered(host: PodHost, worker: PodState, record: ContainerRecord): void {
  if (!isRunning(record) || record.task !== null) return;
  const { runtime } = host;
  const { name, template } = record;
  record.ready = runtime.pushedProbe?.(worker.uid, name, 'readiness') ?? record.ready;
  if (template.livenessProbe && runtime.pushedProbe?.(worker.uid, name, 'liveness') === false)
    probeFailed(host, worker, record, 'liveness', template.livenessProbe.terminationGracePeriodSeconds);
  host.changed(worker);
}
