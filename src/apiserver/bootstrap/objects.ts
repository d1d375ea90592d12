import { bootstrapRbac } from '../authorization/bootstrap-roles.ts';

/** An object every cluster starts with, as a client would create it. */
export interface BootstrapObject {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly object: { readonly metadata: { readonly name: string } };
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const API_SERVICE = 'kubernetes';
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

function priorityClass(name: string, value: number, description: string): BootstrapObject {
  const object = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description };
  return { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses', object };
}

/** The Service `kubernetes` with the endpoint of this server. */
function apiService(address: string, port: number, clusterIP: string): BootstrapObject[] {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const at = { namespace: 'default', version: 'v1' };
  // Endpoints may not be loopback addresses: a server that only listens there has none to tell.
  const reachable = !address.startsWith('127.');
  const objects: BootstrapObject[] = [
    {
      ...at,
      group: '',
      resource: 'services',
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: API_SERVICE, labels },
        spec: {
          type: 'ClusterIP',
          clusterIP,
          clusterIPs: [clusterIP],
          ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
        },
      } as BootstrapObject['object'],
    },
    {
      ...at,
      group: '',
      resource: 'endpoints',
      object: {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: API_SERVICE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
        subsets: [{ addresses: [{ ip: address }], ports }],
      } as BootstrapObject['object'],
    },
    {
      ...at,
      group: 'discovery.k8s.io',
      resource: 'endpointslices',
      object: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: API_SERVICE, labels: { 'kubernetes.io/service-name': API_SERVICE } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports,
      } as BootstrapObject['object'],
    },
  ];
  return reachable ? objects : objects.slice(0, 1);
}

/** Namespaces, priority classes, RBAC and the API's own Service (api.md 9), in an order in which each can be created. */
export function bootstrapObjects(address: string, port: number, clusterIP: string): BootstrapObject[] {
  const { clusterRoles, clusterRoleBindings } = bootstrapRbac();
  const rbac = (resource: string, objects: readonly object[]): BootstrapObject[] =>
    objects.map((object) => ({ ...RBAC, resource, object: object as BootstrapObject['object'] }));
  return [
    ...NAMESPACES.map((name) => ({
      group: '',
      version: 'v1',
      resource: 'namespaces',
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    })),
    priorityClass(
      'system-cluster-critical',
      2_000_000_000,
      'For pods the cluster cannot do without; they may move to another node.',
    ),
    priorityClass('system-node-critical', 2_000_001_000, 'For pods their node cannot do without.'),
    ...rbac('clusterroles', clusterRoles),
    ...rbac('clusterrolebindings', clusterRoleBindings),
    ...apiService(address, port, clusterIP),
  ];
}
