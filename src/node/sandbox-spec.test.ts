import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/object.ts';
import { hostNameOf, parseResolvConf, podDns } from './sandbox-spec.ts';

const pod = (spec: object): KubeObject =>
  ({ metadata: { name: 'web-0', namespace: 'ns', uid: 'u' }, spec }) as unknown as KubeObject;
const node = {
  nameservers: ['10.0.0.10'],
  domain: 'cluster.local',
  host: { nameservers: ['192.0.2.1', '192.0.2.2'], searches: ['example.org'], options: ['timeout:1'] },
};
const IN_CLUSTER = ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org'];

describe('the resolver of a pod', () => {
  it('is the cluster, unless the pod is on the network of its node or says otherwise', () => {
    const cluster = { nameservers: ['10.0.0.10'], searches: IN_CLUSTER, options: ['ndots:5'] };
    expect(podDns(pod({}), node).dns).toEqual(cluster);
    expect(podDns(pod({ hostNetwork: true }), node).dns).toEqual(node.host);
    expect(podDns(pod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), node).dns).toEqual(cluster);
    expect(podDns(pod({ dnsPolicy: 'Default' }), node).dns).toEqual(node.host);
    const own = { nameservers: ['198.51.100.7'], searches: ['a.example'], options: [{ name: 'use-vc' }] };
    expect(podDns(pod({ dnsPolicy: 'None', dnsConfig: own }), node).dns).toEqual({
      nameservers: ['198.51.100.7'],
      searches: ['a.example'],
      options: ['use-vc'],
    });
  });

  it('takes what dnsConfig adds, once, and its options instead of those of that name', () => {
    const dnsConfig = {
      nameservers: ['198.51.100.7', '10.0.0.10'],
      searches: ['cluster.local', 'a.example'],
      options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
    };
    expect(podDns(pod({ dnsConfig }), node).dns).toEqual({
      nameservers: ['10.0.0.10', '198.51.100.7'],
      searches: [...IN_CLUSTER, 'a.example'],
      options: ['ndots:2', 'edns0'],
    });
  });

  it('says what it leaves out', () => {
    const nameservers = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
    const searches = Array.from({ length: 30 }, (_, i) => `s${i}`);
    const { dns, notices } = podDns(pod({ dnsConfig: { nameservers, searches } }), node);
    expect(dns.nameservers).toEqual(['10.0.0.10', '198.51.100.1', '198.51.100.2']);
    expect(dns.searches).toHaveLength(32);
    expect(notices.map(({ message }) => message)).toEqual([
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${dns.searches.join(' ')}`,
      'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.0.0.10 198.51.100.1 198.51.100.2',
    ]);
    expect(podDns(pod({ dnsConfig: { searches: ['x'.repeat(254)] } }), node).dns.searches).toEqual(IN_CLUSTER);
  });

  it('reads the file of the node', () => {
    const text =
      '# mine\nnameserver 192.0.2.1\nsearch old\n search  a b\noptions ndots:1 rotate\nnameserver 192.0.2.2\n';
    expect(parseResolvConf(text)).toEqual({
      nameservers: ['192.0.2.1', '192.0.2.2'],
      searches: ['a', 'b'],
      options: ['ndots:1', 'rotate'],
    });
  });
});

describe('the host name of a pod', () => {
  const name = (spec: object) => hostNameOf(pod(spec), 'node-1', 'cluster.local');

  it('is its own, that of the spec, or that of the node', () => {
    expect(name({})).toBe('web-0');
    expect(name({ hostname: 'db', subdomain: 'data' })).toBe('db');
    expect(name({ hostNetwork: true })).toBe('node-1');
    expect(name({ hostname: `${'a'.repeat(62)}-b` })).toBe('a'.repeat(62));
    expect(name({ hostnameOverride: 'what.ever', setHostnameAsFQDN: true, subdomain: 'data' })).toBe('what.ever');
  });

  it('can be the full one, which has to fit', () => {
    expect(name({ setHostnameAsFQDN: true })).toBe('web-0');
    expect(name({ setHostnameAsFQDN: true, subdomain: 'data' })).toBe('web-0.data.ns.svc.cluster.local');
    const long = 'x'.repeat(40);
    expect(() => name({ setHostnameAsFQDN: true, hostname: long, subdomain: 'data' })).toThrow(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${long}.data.ns.svc.cluster.local is too long (64 characters is the max, 66 characters requested)`,
    );
  });
});
