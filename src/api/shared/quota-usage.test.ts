import { expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { countsFor, isInScope, usageOf } from './quota-usage.ts';

const POD = { group: '', plural: 'pods' };
const NOW = Date.parse('2026-01-01T00:10:00Z');
const object = (spec: object, more: { metadata?: object; status?: object } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'x',
  spec,
  status: more.status,
  metadata: { name: 'x', ...more.metadata },
});
const container = (requests: object, limits: object = {}) => ({ name: 'c', resources: { requests, limits } });
const pod = (more: Parameters<typeof object>[1] = {}, spec: object = {}) =>
  object({ containers: [container({ cpu: '100m', memory: '1Gi' }, { memory: '2Gi' })], ...spec }, more);

it('counts a pod by what runs together or its greatest init container, in its own way of writing', () => {
  const containers = [container({ cpu: '100m', memory: '500M' }), container({ cpu: '1', 'nvidia.com/gpu': '2' })];
  const usage = usageOf(POD, object({ containers, initContainers: [container({ memory: '1G' })] }), NOW);
  expect(usage).toEqual({
    'count/pods': '1',
    pods: '1',
    cpu: '1100m',
    'requests.cpu': '1100m',
    memory: '1G',
    'requests.memory': '1G',
    'requests.nvidia.com/gpu': '2',
  });
  expect(usageOf(POD, pod(), NOW)).toMatchObject({ memory: '1Gi', 'limits.memory': '2Gi' });
});

it('no longer counts a pod that has ended, or whose grace was over long ago', () => {
  const gone = { 'count/pods': '1' };
  expect(usageOf(POD, pod({ status: { phase: 'Failed' } }), NOW)).toEqual(gone);
  const leaving = (at: string) => pod({ metadata: { deletionTimestamp: at, deletionGracePeriodSeconds: 30 } });
  expect(usageOf(POD, leaving('2026-01-01T00:09:00Z'), NOW)).toEqual(gone);
  expect(usageOf(POD, leaving('2026-01-01T00:09:45Z'), NOW)).toMatchObject({ pods: '1' });
});

it('counts claims by their class too, and what was set aside for them', () => {
  const claim = object(
    { storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    { status: { allocatedResources: { storage: '2Gi' } } },
  );
  expect(usageOf({ group: '', plural: 'persistentvolumeclaims' }, claim, NOW)).toEqual({
    'count/persistentvolumeclaims': '1',
    persistentvolumeclaims: '1',
    'requests.storage': '2Gi',
    'fast.storageclass.storage.k8s.io/requests.storage': '2Gi',
    'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
  });
});

it('counts the node ports of services', () => {
  const used = (spec: object) => usageOf({ group: '', plural: 'services' }, object(spec), NOW);
  const ports = [{ port: 1 }, { port: 2, nodePort: 30_000 }];
  expect(used({ type: 'ClusterIP', ports })).toEqual({ 'count/services': '1', services: '1' });
  expect(used({ type: 'NodePort', ports })['services.nodeports']).toBe('2');
  const balanced = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports };
  expect(used(balanced)).toMatchObject({ 'services.loadbalancers': '1', 'services.nodeports': '1' });
});

it('knows which kinds count for a name', () => {
  const kinds = [POD, { group: '', plural: 'persistentvolumeclaims' }, { group: 'apps', plural: 'statefulsets' }];
  const counted = (name: string) => kinds.filter((kind) => countsFor(name, kind)).map(({ plural }) => plural);
  expect(counted('requests.cpu')).toEqual(['pods']);
  expect(counted('requests.storage')).toEqual(['persistentvolumeclaims']);
  expect(counted('fast.storageclass.storage.k8s.io/requests.storage')).toEqual(['persistentvolumeclaims']);
  expect(counted('count/statefulsets.apps')).toEqual(['statefulsets']);
  expect(counted('statefulsets')).toEqual([]);
});

it('takes in what all scopes of a quota name', () => {
  const has = (spec: object, one = pod(), kind = POD) => isInScope(object(spec), kind, one);
  const urgent = pod({}, { priorityClassName: 'urgent' });
  const term = (operator: string, values?: string[]) => ({
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
  });
  expect(has({})).toBe(true);
  expect([has({ scopes: ['BestEffort'] }), has({ scopes: ['NotBestEffort', 'NotTerminating'] })]).toEqual([
    false,
    true,
  ]);
  expect(has({ scopes: ['NotBestEffort'] }, pod(), { group: '', plural: 'services' })).toBe(false);
  expect([has(term('In', ['urgent']), urgent), has(term('In', ['urgent']))]).toEqual([true, false]);
  expect([has(term('NotIn', ['urgent']), urgent), has(term('Exists'), urgent)]).toEqual([false, true]);
});
