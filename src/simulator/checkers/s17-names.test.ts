import { expect, test } from 'vitest';
import { Zone } from '../../dns/zone.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { World } from '../world/world.ts';
import { S17 } from './s17-names.ts';
import { CheckerBench, pod, webPod } from './testing.ts';

const SERVICE = 'core/services/default/web';
const SLICE = 'discovery.k8s.io/endpointslices/default/web-x';

/** A DNS program that has read a Service with two members, of which the second is not ready. */
function bench(spec: object = {}) {
  const zone = new Zone();
  const b: CheckerBench = new CheckerBench(S17, {}, {
    dns: { zone: () => zone },
    caches: {
      of: () =>
        ['core/services', 'discovery.k8s.io/endpointslices'].map((resource) => ({
          resource,
          list: () => all(resource),
        })),
    },
  } as unknown as Partial<World>);
  const all = (resource: string): readonly KubeObject[] => [...b.history.all(resource).values()];
  const service = b.put(SERVICE, { spec: { clusterIP: 'None', selector: { app: 'web' }, ...spec } });
  const endpoint = (i: number, ready: boolean) => ({
    addresses: [`10.0.0.${i}`],
    hostname: `web-${i}`,
    conditions: { ready },
  });
  const slice = b.put(SLICE, {
    metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
    endpoints: [endpoint(0, true), endpoint(1, 'publishNotReadyAddresses' in spec)],
  });
  for (const [i, status] of ['True', 'False'].entries()) {
    const draft = webPod(b);
    b.put(pod(i), {
      ...draft,
      spec: { nodeName: 'n1', hostname: `web-${i}`, subdomain: 'web' },
      status: { phase: 'Running', podIP: `10.0.0.${i}`, conditions: [{ type: 'Ready', status }] },
    });
  }
  zone.setService(service);
  zone.setSlice(slice);
  const look = (): readonly string[] => {
    b.happen({ kind: 'operation', what: 'scale', detail: '' });
    return b.violations;
  };
  return { b, zone, slice, look };
}

test('a zone that says what the slices and pods say is right', () => {
  const { b, look } = bench();
  expect(look()).toEqual([]);
  b.settled();
  expect([b.violations, b.evaluations]).toEqual([[], 2]);
});

test('unready members are named where that is asked for', () => {
  const { b, look } = bench({ publishNotReadyAddresses: true });
  look();
  b.settled();
  expect(b.violations).toEqual([]);
});

test('a zone that is behind what its program has read fires', () => {
  const { b, slice, look } = bench();
  b.put(SLICE, { ...slice, endpoints: [] } as never);
  expect(look()[0]).toContain('web.default.svc.cluster.local is 10.0.0.0, not unknown');
});

test('slices that are not what the pods are, at rest, fire', () => {
  const { b, look } = bench();
  b.change(pod(1), { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  expect(look()).toEqual([]);
  b.settled();
  expect(b.violations[0]).toContain('at rest, web.default.svc.cluster.local is 10.0.0.0, not 10.0.0.0,10.0.0.1');
});

test('a slice says of a member what the controller can have seen of it', () => {
  const { b } = bench();
  const publish = (i: number, ready: boolean): readonly string[] => {
    b.pass('default/web', 'endpointslice');
    const uid = b.history.now(pod(i))?.metadata.uid;
    const endpoints = [{ addresses: [], conditions: { ready }, targetRef: { name: `web-${i}`, uid } }];
    const metadata = { labels: { 'kubernetes.io/service-name': 'web' } };
    b.call(SLICE, { verb: 'update', part: 'endpointslice', body: { metadata, endpoints } });
    return b.violations;
  };
  publish(0, true);
  expect(publish(1, false)).toEqual([]);
  expect(publish(1, true)[0]).toContain('publishes default/web-1');
  b.change(pod(0), { metadata: { deletionTimestamp: b.time() } });
  expect(publish(0, true)[1]).toContain('as ready, which it is not');
});
