import type { ResourceId } from '../schema/object.ts';

const core = (resource: string): ResourceId => ({ group: '', version: 'v1', resource });

/** Resources that controllers and agents name often. */
export const PODS = core('pods');
export const SERVICES = core('services');
export const ENDPOINTS = core('endpoints');
export const EVENTS = core('events');
export const NODES = core('nodes');
export const NAMESPACES = core('namespaces');
export const CONFIG_MAPS = core('configmaps');
export const SERVICE_ACCOUNTS = core('serviceaccounts');
export const PERSISTENT_VOLUMES = core('persistentvolumes');
export const PERSISTENT_VOLUME_CLAIMS = core('persistentvolumeclaims');
export const STATEFUL_SETS: ResourceId = { group: 'apps', version: 'v1', resource: 'statefulsets' };
export const CONTROLLER_REVISIONS: ResourceId = { group: 'apps', version: 'v1', resource: 'controllerrevisions' };
export const REPLICA_SETS: ResourceId = { group: 'apps', version: 'v1', resource: 'replicasets' };
export const ENDPOINT_SLICES: ResourceId = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
export const STORAGE_CLASSES: ResourceId = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
export const VOLUME_ATTACHMENTS: ResourceId = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'volumeattachments',
};
export const POD_DISRUPTION_BUDGETS: ResourceId = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
export const RESOURCE_QUOTAS: ResourceId = { group: '', version: 'v1', resource: 'resourcequotas' };
export const LEASES: ResourceId = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };

/** `statefulsets.apps`, or `pods` in the core group: how messages and maps name a resource. */
export function resourceName(id: ResourceId): string {
  return id.group === '' ? id.resource : `${id.resource}.${id.group}`;
}
