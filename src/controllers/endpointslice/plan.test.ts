import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../framework/objects.ts';
import type { Service } from '../framework/services.ts';
import { desiredEndpoints } from './endpoints.ts';
import { planSlices } from './plan.ts';
import type { EndpointSlice } from './types.ts';

const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' }, spec: {} } as Node;
const service = (spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'n', uid: 's', labels: { app: 'web' } },
  spec: {
    clusterIP: 'None',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    ipFamilies: ['IPv4'],
    ...spec,
  },
});
const pod = (index: number, { ready = true, phase = 'Running', terminating = false } = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `web-${index}`,
    namespace: 'n',
    uid: `p${index}`,
    ...(terminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: {
    nodeName: 'node',
    hostname: `web-${index}`,
    subdomain: 'web',
    containers: [{ name: 'c', ports: [{ name: 'named', containerPort: 9000 }] }],
  },
  status: {
    phase,
    podIP: `10.0.${index >> 8}.${index & 255}`,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});
const plan = (s: Service, pods: Pod[], existing: EndpointSlice[] = []) =>
  planSlices(
    s,
    desiredEndpoints(s, pods, () => node),
    existing,
  );
const stored = (slices: readonly EndpointSlice[]) =>
  slices.map((slice, i) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${i}` } }));

describe('desired endpoints', () => {
  const conditions = (s: Service, p: Pod) => desiredEndpoints(s, [p], () => node)[0]?.endpoints[0]?.conditions;

  it('tell readiness, service and termination apart', () => {
    expect(conditions(service(), pod(0))).toEqual({ ready: true, serving: true, terminating: false });
    expect(conditions(service(), pod(0, { ready: false }))).toEqual({
      ready: false,
      serving: false,
      terminating: false,
    });
    expect(conditions(service(), pod(0, { terminating: true }))).toEqual({
      ready: false,
      serving: true,
      terminating: true,
    });
    const publish = service({ publishNotReadyAddresses: true });
    expect(conditions(publish, pod(0, { ready: false }))).toEqual({ ready: true, serving: false, terminating: false });
  });

  it('leave out finished pods and pods of missing nodes', () => {
    expect(desiredEndpoints(service(), [pod(0, { phase: 'Failed' })], () => node)).toEqual([]);
    expect(desiredEndpoints(service(), [pod(0)], () => undefined)).toEqual([]);
  });

  it('look named ports up in the pod', () => {
    const named = service({ ports: [{ name: 'http', port: 80, targetPort: 'named' }] });
    expect(desiredEndpoints(named, [pod(0)], () => node)[0]?.ports).toEqual([
      { name: 'http', port: 9000, protocol: 'TCP' },
    ]);
  });
});

describe('planSlices', () => {
  it('makes one empty slice for a service without endpoints', () => {
    const { create } = plan(service(), []);
    expect(create.map((slice) => [slice.endpoints, slice.ports])).toEqual([[null, null]]);
    expect(plan(service(), [], stored(create))).toEqual({ create: [], update: [], remove: [] });
  });

  it('writes nothing when nothing changed, and one slice when one endpoint did', () => {
    const pods = Array.from({ length: 150 }, (_, index) => pod(index));
    const slices = stored(plan(service(), pods).create);
    expect(slices.map((slice) => slice.endpoints?.length)).toEqual([100, 50]);
    expect(plan(service(), pods, slices)).toEqual({ create: [], update: [], remove: [] });
    pods[120] = pod(120, { ready: false });
    const changed = plan(service(), pods, slices);
    expect(changed.update.map((slice) => slice.metadata.name)).toEqual(['web-1']);
  });

  it('fills the slice that has room, and removes emptied ones', () => {
    const pods = Array.from({ length: 101 }, (_, index) => pod(index));
    const slices = stored(plan(service(), pods).create);
    expect(plan(service(), [...pods, pod(101)], slices).update.map((slice) => slice.endpoints?.length)).toEqual([2]);
    expect(plan(service(), pods.slice(0, 100), slices).remove.map((slice) => slice.metadata.name)).toEqual(['web-1']);
  });
});
