import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/object.ts';
import { Zone } from './zone.ts';

const service = (name: string, spec: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'ns' },
  spec,
});
const slice = (
  name: string,
  endpoints: object[],
  ports: object[] = [{ name: 'sql', port: 5432, protocol: 'TCP' }],
): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-x`, namespace: 'ns', labels: { 'kubernetes.io/service-name': name } },
  endpoints,
  ports,
});
const member = (i: number, ready = true, serving = ready) => ({
  addresses: [`10.0.0.${i}`],
  hostname: `db-${i}`,
  conditions: { ready, serving, terminating: false },
});

function zoneWith(...endpoints: object[]): Zone {
  const zone = new Zone();
  zone.setService(service('db', { clusterIP: 'None' }));
  zone.setSlice(slice('db', endpoints));
  return zone;
}
const data = (zone: Zone, name: string, type: 'A' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'AAAA' = 'A') =>
  zone.resolve(name, type).answers.map((a) => a.data);

describe('the zone of a headless service', () => {
  it('names ready members, and the service as all of them', () => {
    const zone = zoneWith(member(0), member(1), member(2, false));
    expect(data(zone, 'db-1.db.ns.svc.cluster.local')).toEqual(['10.0.0.1']);
    expect(data(zone, 'DB.ns.SVC.cluster.local.')).toEqual(['10.0.0.0', '10.0.0.1']);
    expect(zone.resolve('db-2.db.ns.svc.cluster.local', 'A').code).toBe('NXDOMAIN');
    expect(zone.resolve('db-1.db.ns.svc.cluster.local', 'AAAA')).toMatchObject({ code: 'NOERROR', answers: [] });
  });

  it('does not exist without a ready member, and exists in the moment one is there', () => {
    const zone = zoneWith(member(0, false));
    expect(zone.resolve('db.ns.svc.cluster.local', 'A').code).toBe('NXDOMAIN');
    const heard: string[] = [];
    zone.onChange((namespace) => heard.push(namespace));
    zone.setSlice(slice('db', [member(0)]));
    expect(heard).toEqual(['ns']);
    expect(data(zone, 'db.ns.svc.cluster.local')).toEqual(['10.0.0.0']);
  });

  it('lists named ports and points back', () => {
    const zone = zoneWith(member(0), member(1));
    expect(data(zone, '_sql._tcp.db.ns.svc.cluster.local', 'SRV')).toEqual([
      { port: 5432, target: 'db-0.db.ns.svc.cluster.local' },
      { port: 5432, target: 'db-1.db.ns.svc.cluster.local' },
    ]);
    expect(data(zone, '1.0.0.10.in-addr.arpa', 'PTR')).toEqual(['db-1.db.ns.svc.cluster.local']);
    zone.setSlice(slice('db', [member(0)]));
    expect(zone.resolve('1.0.0.10.in-addr.arpa', 'PTR').code).toBe('REFUSED');
  });

  it('names members without a hostname by their address', () => {
    const zone = zoneWith({ addresses: ['10.0.0.9'], conditions: {} });
    expect(data(zone, '10-0-0-9.db.ns.svc.cluster.local')).toEqual(['10.0.0.9']);
  });
});

describe('the zone', () => {
  it('knows cluster addresses and external names', () => {
    const zone = new Zone();
    zone.setService(
      service('web', {
        clusterIP: '10.96.0.7',
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ports: [{ name: 'http', port: 80 }],
      }),
    );
    zone.setService(service('out', { type: 'ExternalName', externalName: 'db.example.com' }));
    expect(data(zone, 'web.ns.svc.cluster.local')).toEqual(['10.96.0.7']);
    expect(data(zone, 'web.ns.svc.cluster.local', 'AAAA')).toEqual(['fd00::7']);
    expect(data(zone, '_http._tcp.web.ns.svc.cluster.local', 'SRV')).toEqual([
      { port: 80, target: 'web.ns.svc.cluster.local' },
    ]);
    expect(data(zone, '7.0.96.10.in-addr.arpa', 'PTR')).toEqual(['web.ns.svc.cluster.local']);
    const reverse = `${'7.0.0.0.'}${'0.'.repeat(24)}0.0.d.f.ip6.arpa`;
    expect(data(zone, reverse, 'PTR')).toEqual(['web.ns.svc.cluster.local']);
    expect(data(zone, 'out.ns.svc.cluster.local')).toEqual(['db.example.com']);
    zone.setService(service('circle', { type: 'ExternalName', externalName: 'circle.ns.svc.cluster.local' }));
    expect(data(zone, 'circle.ns.svc.cluster.local').length).toBeLessThan(10);
    expect(data(zone, 'dns-version.cluster.local', 'TXT')).toEqual(['1.1.0']);
    expect(zone.resolve('example.com', 'A').code).toBe('REFUSED');
    zone.removeService(service('web', {}));
    expect(zone.resolve('web.ns.svc.cluster.local', 'A').code).toBe('NXDOMAIN');
  });

  it('spells addresses of pods, and denies what cannot be an address', () => {
    const zone = new Zone();
    expect(data(zone, '10-0-0-5.ns.pod.cluster.local')).toEqual(['10.0.0.5']);
    expect(data(zone, 'fd00--5.ns.pod.cluster.local', 'AAAA')).toEqual(['fd00::5']);
    expect(zone.resolve('10-0-0-5.ns.pod.cluster.local', 'AAAA')).toMatchObject({ code: 'NOERROR', answers: [] });
    for (const label of ['10-0-0-500', '10-0-0', 'db-0']) {
      expect(zone.resolve(`${label}.ns.pod.cluster.local`, 'A').code).toBe('NXDOMAIN');
    }
  });

  it('denies names of one label: nobody else has those either', () => {
    expect(new Zone().resolve('db', 'A').code).toBe('NXDOMAIN');
  });

  it('tells a script whether its wait is over', () => {
    const zone = zoneWith(member(0, true, false));
    expect(zone.resolves('db-0.db', 'ns', 'name')).toBe(true);
    expect(zone.resolves('db-0.db', 'ns', 'connection')).toBe(false);
    expect(zone.resolves('db-0.db', 'other', 'name')).toBe(false);
    expect(zone.resolves('db-0.db.ns', 'other', 'name')).toBe(true);
    expect(zone.resolves('archive.example.com', 'ns', 'connection')).toBe(true);
  });

  it('fills hosts files: own names in short, those of others qualified', () => {
    const zone = zoneWith(member(0));
    expect(zone.hostsFor('ns')[0]?.names).toContain('db-0.db');
    expect(zone.hostsFor('other')[0]?.names).toContain('db-0.db.ns');
    expect(zone.hostsFor('other')[0]?.names).not.toContain('db-0.db');
    zone.setService(service('alias', { type: 'ExternalName', externalName: 'db.ns.svc.cluster.local' }));
    zone.setService(service('out', { type: 'ExternalName', externalName: 'db.example.com' }));
    const alias = zone.hostsFor('ns').filter(({ names }) => names.includes('alias') || names.includes('out'));
    expect(alias).toEqual([
      { ip: '10.0.0.0', names: ['alias.ns.svc.cluster.local', 'alias.ns.svc', 'alias.ns', 'alias'] },
    ]);
  });
});
