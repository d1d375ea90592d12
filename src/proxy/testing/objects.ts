import type { KubeObject } from '../../schema/object.ts';
import type { ProxyWorld } from '../plan.ts';

/** A machine with the nodes a and b, services of 10.96.0.0/16 and an API server on port 6443. */
export const WORLD: ProxyWorld = {
  serves: (address) => address.startsWith('10.96.'),
  nodes: new Set(['a', 'b']),
  nodePortAddress: '127.0.0.1',
  fixed: new Map([['default/kubernetes', { address: '127.0.0.1', port: 6443 }]]),
};

export const service = (spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'ns', ...metadata },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7'],
    internalTrafficPolicy: 'Cluster',
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }],
    ...spec,
  },
});

/** An endpoint on node a that is ready, unless told otherwise. */
export const endpoint = (last: number, more: object = {}) => ({
  addresses: [`10.100.1.${last}`],
  conditions: { ready: true, serving: true, terminating: false },
  nodeName: 'a',
  ...more,
});

export const NOT_READY = { conditions: { ready: false, serving: false, terminating: false } };
export const DRAINING = { conditions: { ready: false, serving: true, terminating: true } };

export const slice = (
  endpoints: readonly object[],
  ports: readonly object[] = [{ name: 'http', port: 8080, protocol: 'TCP' }],
  name = 'web-1',
): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints,
  ports,
});
