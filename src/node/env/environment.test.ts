import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { containerEnvironment } from './environment.ts';
import { expand } from './expand.ts';

const lookup: Lookup = {
  configMap: (_ns, name) =>
    name === 'c'
      ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { K: 'from-map', 'dot.ted': 'x' } }
      : undefined,
  secret: (_ns, name) =>
    name === 's' ? { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: { P: 'cHc=' } } : undefined,
  claim: () => undefined,
  claimsRevision: () => 0,
  volume: () => undefined,
  storageClass: () => undefined,
  services: (namespace) =>
    namespace === 'ns'
      ? [
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'my-db' },
            spec: { clusterIP: '10.9.0.1', ports: [{ name: 'sql', port: 5432 }] },
          },
        ]
      : [],
};
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', labels: { app: 'x' } },
  spec: { nodeName: 'n', containers: [] },
};
function env(template: object, withServices = false): Record<string, string> {
  const all = { ...pod, spec: { ...pod.spec, containers: [{ name: 'main', ...template }] } };
  return Object.fromEntries(
    containerEnvironment({
      pod: all,
      template: { name: 'main', ...template },
      lookup,
      addresses: { podIPs: ['10.1.0.1', 'fd00::1'], hostIPs: ['10.0.0.1'] },
      allocatable: { cpu: '4', memory: '8Gi' },
      withServices,
    }),
  );
}
const ref = (name: string, valueFrom: object) => ({ name, valueFrom });

describe('the environment of a container', () => {
  it('lets later sources win and expands what is known by then', () => {
    expect(
      env({
        envFrom: [{ configMapRef: { name: 'c' }, prefix: 'A_' }],
        env: [
          { name: 'A_K', value: 'own' },
          { name: 'B', value: '$(A_K)-$(LATER)-$$(A_K)' },
          { name: 'LATER', value: 'l' },
        ],
      }),
    ).toEqual({ A_K: 'own', 'A_dot.ted': 'x', B: 'own-$(LATER)-$(A_K)', LATER: 'l' });
  });

  it('reads the pod, its resources, and keys', () => {
    expect(
      env({
        resources: { requests: { cpu: '250m' }, limits: { memory: '64Mi' } },
        env: [
          ref('IP', { fieldRef: { fieldPath: 'status.podIP' } }),
          ref('IPS', { fieldRef: { fieldPath: 'status.podIPs' } }),
          ref('APP', { fieldRef: { fieldPath: "metadata.labels['app']" } }),
          ref('CPU', { resourceFieldRef: { resource: 'requests.cpu' } }),
          ref('MILLI', { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } }),
          ref('MEM', { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }),
          ref('ALL', { resourceFieldRef: { resource: 'limits.cpu' } }),
          ref('PW', { secretKeyRef: { name: 's', key: 'P' } }),
          ref('NO', { secretKeyRef: { name: 's', key: 'Q', optional: true } }),
        ],
      }),
    ).toEqual({
      IP: '10.1.0.1',
      IPS: '10.1.0.1,fd00::1',
      APP: 'x',
      CPU: '1',
      MILLI: '250',
      MEM: '64',
      ALL: '4',
      PW: 'pw',
    });
  });

  it('offers services the docker way', () => {
    expect(env({}, true)).toMatchObject({
      MY_DB_SERVICE_HOST: '10.9.0.1',
      MY_DB_SERVICE_PORT_SQL: '5432',
      MY_DB_PORT: 'tcp://10.9.0.1:5432',
      MY_DB_PORT_5432_TCP_ADDR: '10.9.0.1',
    });
  });

  it('names what is missing', () => {
    expect(() => env({ env: [ref('X', { configMapKeyRef: { name: 'none', key: 'k' } })] })).toThrow(
      'configmap "none" not found',
    );
    expect(() => env({ env: [ref('X', { configMapKeyRef: { name: 'c', key: 'k' } })] })).toThrow(
      "couldn't find key k in ConfigMap ns/c",
    );
    expect(() => env({ env: [ref('X', { secretKeyRef: { name: 's', key: 'k' } })] })).toThrow(
      "couldn't find key k in Secret ns/s",
    );
  });
});

describe('expansion', () => {
  it('leaves alone what is no reference', () => {
    const known = (name: string) => (name === 'A' ? '1' : undefined);
    expect(['$(A)', '$A', '$(', '$$', '$(B)', '$$(A)', 'x$(A)y$'].map((t) => expand(t, known))).toEqual([
      '1',
      '$A',
      '$(',
      '$',
      '$(B)',
      '$(A)',
      'x1y$',
    ]);
  });
});
