import { humanDuration, parseTime } from '../../../base/time.ts';
import type { Column, RowCondition } from '../../../schema/kind.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { AGE, NAME, NONE, text, wide } from '../../shared/columns.ts';
import type { Json } from '../../shared/json.ts';

interface Summary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** Milliseconds of the latest end of a container that restarted; 0 when not known. */
  readonly lastRestart: number;
}

const conditionIs = (pod: KubeObject, type: string): boolean =>
  (pod.status?.conditions ?? []).some((condition: Json) => condition.type === type && condition.status === 'True');

function endOf(status: Json): number {
  const finished = status.lastState?.terminated?.finishedAt;
  return finished === undefined || finished === null ? 0 : parseTime(finished);
}

function initReason(status: Json, index: number, count: number): string {
  const { terminated, waiting } = status.state ?? {};
  if (terminated !== undefined) {
    if (terminated.reason) return `Init:${terminated.reason}`;
    return terminated.signal ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode ?? 0}`;
  }
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${count}`;
}

interface InitSummary {
  /** Null: all init containers are done, or serve. */
  readonly reason: string | null;
  readonly ready: number;
  readonly restarts: number;
  readonly lastRestart: number;
  readonly sidecarRestarts: number;
  readonly lastSidecarRestart: number;
}

function summarizeInit(pod: KubeObject): InitSummary {
  const specs: readonly Json[] = pod.spec?.initContainers ?? [];
  const sidecars = new Set(specs.filter((spec) => spec.restartPolicy === 'Always').map((spec) => spec.name));
  const statuses: readonly Json[] = pod.status?.initContainerStatuses ?? [];
  const out = { ready: 0, restarts: 0, lastRestart: 0, sidecarRestarts: 0, lastSidecarRestart: 0 };
  for (let i = 0; i < statuses.length; i++) {
    const status = statuses[i];
    out.restarts += status.restartCount ?? 0;
    out.lastRestart = Math.max(out.lastRestart, endOf(status));
    const sidecar = sidecars.has(status.name);
    if (sidecar) {
      out.sidecarRestarts += status.restartCount ?? 0;
      out.lastSidecarRestart = Math.max(out.lastSidecarRestart, endOf(status));
    }
    if (status.state?.terminated !== undefined && (status.state.terminated.exitCode ?? 0) === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) out.ready++;
      continue;
    }
    return { ...out, reason: initReason(status, i, specs.length) };
  }
  return { ...out, reason: null };
}

interface MainSummary {
  reason: string;
  ready: number;
  restarts: number;
  lastRestart: number;
}

function summarizeContainers(pod: KubeObject, out: MainSummary): void {
  const statuses: readonly Json[] = pod.status?.containerStatuses ?? [];
  let running = false;
  let failure = '';
  for (let i = statuses.length - 1; i >= 0; i--) {
    const status = statuses[i];
    out.restarts += status.restartCount ?? 0;
    out.lastRestart = Math.max(out.lastRestart, endOf(status));
    const { waiting, terminated, running: runs } = status.state ?? {};
    if (waiting?.reason) out.reason = waiting.reason;
    else if (terminated !== undefined) {
      out.reason =
        terminated.reason ||
        (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`);
      if ((terminated.exitCode ?? 0) !== 0) failure = out.reason;
    } else if (status.ready && runs !== undefined) {
      running = true;
      out.ready++;
    }
  }
  if (out.reason !== 'Completed') return;
  if (running && conditionIs(pod, 'Ready')) out.reason = 'Running';
  else if (failure !== '') out.reason = failure;
  else if (running) out.reason = 'NotReady';
}

/** STATUS, READY and RESTARTS (api.md 6.2). */
export function summarizePod(pod: KubeObject): Summary {
  const phase: string = pod.status?.phase ?? '';
  const specs: readonly Json[] = pod.spec?.initContainers ?? [];
  const sidecars = specs.filter((spec) => spec.restartPolicy === 'Always').length;
  const gated = (pod.status?.conditions ?? []).some(
    (condition: Json) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  const init = summarizeInit(pod);
  const out: MainSummary = {
    reason: gated ? 'SchedulingGated' : pod.status?.reason || phase,
    ready: init.ready,
    restarts: init.restarts,
    lastRestart: init.lastRestart,
  };
  if (init.reason !== null) out.reason = init.reason;
  if (init.reason === null || conditionIs(pod, 'Initialized')) {
    out.restarts = init.sidecarRestarts;
    out.lastRestart = init.lastSidecarRestart;
    summarizeContainers(pod, out);
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (pod.status?.reason === 'NodeLost') out.reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') out.reason = 'Terminating';
  }
  const { reason, ...counts } = out;
  return { ...counts, status: reason, total: (pod.spec?.containers?.length ?? 0) + sidecars };
}

function restartsText(pod: KubeObject, now: number): string {
  const { restarts, lastRestart } = summarizePod(pod);
  return restarts > 0 && lastRestart > 0 ? `${restarts} (${humanDuration(now - lastRestart)} ago)` : String(restarts);
}

function gatesText(pod: KubeObject): string {
  const gates: readonly Json[] = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  return `${gates.filter((gate) => conditionIs(pod, gate.conditionType)).length}/${gates.length}`;
}

export const podColumns: readonly Column[] = [
  NAME,
  text('Ready', (pod) => {
    const { ready, total } = summarizePod(pod);
    return `${ready}/${total}`;
  }),
  text('Status', (pod) => summarizePod(pod).status),
  { name: 'Restarts', type: 'string', cell: restartsText },
  AGE,
  wide('IP', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || NONE),
  wide('Node', (pod) => pod.spec?.nodeName || NONE),
  wide('Nominated Node', (pod) => pod.status?.nominatedNodeName || NONE),
  wide('Readiness Gates', gatesText),
];

/** Rows of finished pods are marked, so that clients may hide them. */
export function podRowConditions(pod: KubeObject): readonly RowCondition[] {
  switch (pod.status?.phase) {
    case 'Succeeded': {
      const message = 'The pod has completed successfully.';
      return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message }];
    }
    case 'Failed':
      return [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];
    default:
      return [];
  }
}
