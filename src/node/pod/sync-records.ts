import { deepEqual } from '../../base/json.ts';
import { type ContainerRecord, type ContainerTemplate, newRecord, type Role } from './container-record.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { imageChanged } from './replace-containers.ts';

/** Brings a worker's records up to the pod's spec: containers that are known go on, with the template as it is now. */
export function syncContainers(host: PodHost, worker: PodState): void {
  const { initContainers, containers, ephemeralContainers } = worker.pod.spec;
  const synced = (
    records: readonly ContainerRecord[],
    templates: readonly ContainerTemplate[] | undefined,
    role: (template: ContainerTemplate) => Role,
  ): ContainerRecord[] =>
    (templates ?? []).map((template) => {
      const known = records.find((record) => record.name === template.name);
      if (known === undefined) return newRecord(template, role(template), host.maxBackoffMs);
      const before = known.template;
      known.template = template;
      if (deepEqual(known.resources, template.resources)) known.resources = template.resources;
      if (before.image !== template.image) imageChanged(host, worker, known);
      return known;
    });
  worker.init = synced(worker.init, initContainers, (one) => (one.restartPolicy === 'Always' ? 'sidecar' : 'init'));
  worker.apps = synced(worker.apps, containers, () => 'app');
  worker.ephemeral = synced(worker.ephemeral, ephemeralContainers, () => 'ephemeral');
}
