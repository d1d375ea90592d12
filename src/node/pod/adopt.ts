import { deepEqual } from '../../base/json.ts';
import type { ContainerState } from '../runtimes/runtime.ts';
import { type ContainerRecord, type ContainerTemplate, terminatedOf } from './container-record.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { watchContainer } from './watch-container.ts';

/** What the container was given, as the last status says: a resize may have been under way. */
function resourcesOf(worker: PodState, { name, template }: ContainerRecord): ContainerTemplate {
  const { containerStatuses = [], initContainerStatuses = [] } = worker.pod.status ?? {};
  const told = [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name)?.resources;
  if (told === undefined || deepEqual(told, template.resources)) return template.resources;
  return told;
}

/** Takes over the containers a restarted agent found of a pod, so that none is started twice. */
export function adoptContainers(host: PodHost, worker: PodState, states: readonly ContainerState[]): void {
  // It may have changed while nobody looked after it.
  host.runtime.podChanged?.(worker.pod);
  host.volumes.podChanged?.(worker.pod);
  for (const record of worker.records) {
    const own = states.filter((state) => state.name === record.name).sort((a, b) => a.attempt - b.attempt);
    const newest = own.at(-1);
    if (newest === undefined) continue;
    const before = own.at(-2);
    if (before !== undefined) record.last = terminatedOf({ ...record, state: before });
    record.state = newest;
    record.attempt = newest.attempt;
    record.begun = true;
    record.hooked = true;
    record.resources = resourcesOf(worker, record);
    if (newest.phase === 'running') watchContainer(host, worker, record);
  }
}
