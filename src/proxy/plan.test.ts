import { describe, expect, it } from 'vitest';
import { endpointKey } from './balancer.ts';
import { isProxied, planService, strayAddresses } from './plan.ts';
import { DRAINING, endpoint, NOT_READY, service, slice, WORLD } from './testing/objects.ts';

const plan = (spec: object, ...slices: Parameters<typeof planService>[1][]) =>
  planService(
    service(spec),
    slices.flatMap((each) => [...each]),
    WORLD,
  );
const shown = (plans: ReturnType<typeof planService>) =>
  plans.map(({ id, endpoints }) => `${id} -> ${endpoints.map(endpointKey).join(' ')}`);

describe('what to listen on for a Service', () => {
  it('is each port on the cluster address, with the target ports its slices give', () => {
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ];
    const slices = [
      slice(
        [endpoint(1)],
        [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 5353, protocol: 'UDP' },
        ],
      ),
      // A pod whose containers give the named port another number has a slice of its own.
      slice([endpoint(2)], [{ name: 'http', port: 9090, protocol: 'TCP' }], 'web-2'),
    ];
    expect(shown(plan({ ports }, slices))).toEqual([
      'TCP 10.96.0.7:80 -> 10.100.1.1:8080 10.100.1.2:9090',
      'UDP 10.96.0.7:53 -> 10.100.1.1:5353',
    ]);
  });

  it('is a node port too, where the machine listens for them', () => {
    const spec = { type: 'NodePort', ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }] };
    expect(plan(spec, [slice([endpoint(1)])]).map(({ id, scope }) => `${scope} ${id}`)).toEqual([
      'cluster TCP 10.96.0.7:80',
      'node TCP 127.0.0.1:30080',
    ]);
  });

  it('is nothing for headless and external Services, nor for those somebody else serves', () => {
    expect(plan({ clusterIP: 'None', clusterIPs: ['None'] }, [slice([endpoint(1)])])).toEqual([]);
    expect(plan({ type: 'ExternalName', externalName: 'x.example' }, [slice([endpoint(1)])])).toEqual([]);
    expect(isProxied(service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } }))).toBe(false);
    expect(isProxied(service())).toBe(true);
  });

  it('is nothing where nobody is ready, so that connections are refused', () => {
    expect(plan({}, [slice([endpoint(1, NOT_READY)])])).toEqual([]);
    expect(plan({}, [])).toEqual([]);
    expect(plan({}, [slice([endpoint(1)], [{ name: 'other', port: 1, protocol: 'TCP' }])])).toEqual([]);
    expect(plan({}, [slice([endpoint(1)], [{ name: 'http', port: 8080, protocol: 'UDP' }])])).toEqual([]);
    expect(plan({}, [slice([endpoint(1, DRAINING)])])).toHaveLength(1);
  });

  it('leaves out pods of nodes that are only played, but not what an administrator points to', () => {
    const slices = [slice([endpoint(1, { nodeName: 'played' }), { addresses: ['10.100.1.9'] }])];
    expect(shown(plan({}, slices))).toEqual(['TCP 10.96.0.7:80 -> 10.100.1.9:8080']);
  });

  it('takes an endpoint that stands in two slices once, as it is ready', () => {
    const slices = [slice([endpoint(1, NOT_READY)]), slice([endpoint(1)], undefined, 'web-2')];
    expect(plan({}, slices)[0]?.endpoints).toMatchObject([{ address: '10.100.1.1', ready: true }]);
  });

  it("leads the API's own Service to its server, without a slice", () => {
    const api = service({ ports: [{ name: 'https', port: 443 }] }, { name: 'kubernetes', namespace: 'default' });
    expect(shown(planService(api, [], WORLD))).toEqual(['TCP 10.96.0.7:443 -> 127.0.0.1:6443']);
  });

  it('does not serve addresses of a range that is not its own, and says which', () => {
    const stray = service({ clusterIP: '10.97.0.7', clusterIPs: ['10.97.0.7'] });
    expect(planService(stray, [slice([endpoint(1)])], WORLD)).toEqual([]);
    expect(strayAddresses(stray, WORLD)).toEqual(['10.97.0.7']);
    expect(strayAddresses(service(), WORLD)).toEqual([]);
  });

  it('keeps clients for three hours, or as long as the Service says', () => {
    const affinity = (spec: object) => plan(spec, [slice([endpoint(1)])])[0]?.affinityMs;
    expect(affinity({})).toBe(0);
    expect(affinity({ sessionAffinity: 'ClientIP' })).toBe(10_800_000);
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 10 } };
    expect(affinity({ sessionAffinity: 'ClientIP', sessionAffinityConfig })).toBe(10_000);
  });
});
