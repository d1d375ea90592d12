import type { ContainerState } from '../runtimes/runtime.ts';
import { terminatedOf } from './container-record.ts';
import type { PodHost } from './host.ts';
import { watchContainer } from './watch-container.ts';
import type { PodWorker } from './worker.ts';

/** Takes over the containers a restarted agent found of a pod, so that none is started twice. */
export function adoptContainers(host: PodHost, worker: PodWorker, states: readonly ContainerState[]): void {
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
    record.hooked = true;
    if (newest.phase === 'running') watchContainer(host, worker, record);
  }
}
