import { describe, expect, it } from 'vitest';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { ServiceAllocator } from './service-allocation.ts';
import { defaultService } from './service-defaults.ts';

function draft(spec: object): Draft {
  const object: Draft = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector: { a: 'b' }, ...structuredClone(spec) },
  };
  defaultService(object);
  return object;
}

const web = { ports: [{ port: 80 }] };
const stored = (object: Draft): KubeObject => structuredClone(object) as KubeObject;

describe('ServiceAllocator', () => {
  it('takes automatic addresses from above the reserved band and leaves headless Services alone', () => {
    const allocator = new ServiceAllocator();
    const one = draft(web);
    allocator.allocate(one, null);
    expect(one.spec).toMatchObject({ clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ipFamilies: ['IPv4'] });
    const headless = draft({ clusterIP: 'None' });
    allocator.allocate(headless, null);
    expect(headless.spec.clusterIPs).toEqual(['None']);
  });

  it('refuses an address that is taken or out of range', () => {
    const allocator = new ServiceAllocator();
    allocator.allocate(draft({ ...web, clusterIP: '10.96.0.1' }), null);
    expect(() => allocator.allocate(draft({ ...web, clusterIP: '10.96.0.1' }), null)).toThrow(
      'spec.clusterIPs: Invalid value: ["10.96.0.1"]: failed to allocate IP 10.96.0.1: provided IP is already allocated',
    );
    expect(() => allocator.allocate(draft({ ...web, clusterIP: '10.1.0.1' }), null)).toThrow(
      'failed to allocate IP 10.1.0.1: the provided network does not match the current range',
    );
    expect(() => allocator.allocate(draft({ ...web, clusterIP: '10.96.0.0' }), null)).toThrow(
      'the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    );
  });

  it('gives back everything when a write is undone, and only once', () => {
    const allocator = new ServiceAllocator();
    const fixed = { clusterIP: '10.96.0.9', type: 'NodePort', ports: [{ port: 80, nodePort: 30010 }] };
    const { rollback: undo } = allocator.allocate(draft(fixed), null);
    undo();
    const again = draft(fixed);
    allocator.allocate(again, null);
    undo();
    expect(() => allocator.allocate(draft(fixed), null)).toThrow('already allocated');
  });

  it('takes nothing when one of several values is refused', () => {
    const allocator = new ServiceAllocator();
    const bad = { clusterIP: '10.96.0.9', type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] };
    expect(() => allocator.allocate(draft(bad), null)).toThrow('The range of valid ports is 30000-32767');
    expect(() => allocator.allocate(draft({ ...web, clusterIP: '10.96.0.9' }), null)).not.toThrow();
  });

  it('shares a node port between protocols of one port', () => {
    const allocator = new ServiceAllocator();
    const dns = draft({
      type: 'NodePort',
      ports: [
        { name: 'a', port: 53 },
        { name: 'b', port: 53, protocol: 'UDP' },
      ],
    });
    allocator.allocate(dns, null);
    expect(dns.spec.ports[0].nodePort).toBe(30086);
    expect(dns.spec.ports[1].nodePort).toBe(30086);
  });

  it('keeps addresses and ports over an update that leaves them out, and frees what a new type does not need', () => {
    const allocator = new ServiceAllocator();
    const first = draft({ ...web, type: 'NodePort' });
    allocator.allocate(first, null);
    const old = stored(first);
    const same = draft({ ...web, type: 'NodePort' });
    allocator.allocate(same, old);
    expect(same.spec.ports).toEqual(first.spec.ports);
    expect(same.spec.clusterIP).toBe(first.spec.clusterIP);
    const plain = draft({ ...web, type: 'ClusterIP', clusterIP: first.spec.clusterIP });
    allocator.allocate(plain, stored(same)).commit();
    const other = draft({ type: 'NodePort', ports: [{ port: 1, nodePort: old.spec.ports[0].nodePort }] });
    expect(() => allocator.allocate(other, null)).not.toThrow();
  });

  it('takes nothing for a changed primary address: validation refuses it', () => {
    const allocator = new ServiceAllocator();
    const first = draft({ clusterIP: 'None', ...web });
    allocator.allocate(first, null);
    allocator.allocate(draft({ ...web, clusterIP: '10.96.0.8' }), stored(first));
    expect(() => allocator.allocate(draft({ ...web, clusterIP: '10.96.0.8' }), null)).not.toThrow();
  });

  it('knows after a restart what is in use', () => {
    const before = new ServiceAllocator();
    const service = draft({ ...web, type: 'NodePort' });
    before.allocate(service, null);
    const after = new ServiceAllocator();
    after.restore([stored(service)]);
    const next = draft({ ...web, type: 'NodePort' });
    after.allocate(next, null);
    expect(next.spec.clusterIP).not.toBe(service.spec.clusterIP);
    expect(next.spec.ports[0].nodePort).not.toBe(service.spec.ports[0].nodePort);
  });

  it('falls back to the reserved band, and says so when the range is full', () => {
    const allocator = new ServiceAllocator({ serviceCidr: '10.0.0.0/29', nodePorts: [30000, 30010] });
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const service = draft(web);
      allocator.allocate(service, null);
      seen.add(service.spec.clusterIP);
    }
    expect(seen.size).toBe(6);
    expect(() => allocator.allocate(draft(web), null)).toThrow('range is full');
  });
});
