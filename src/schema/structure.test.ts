import { describe, expect, it } from 'vitest';
import { structNames, structOf } from './structure.ts';

describe('structOf', () => {
  it('knows order, protobuf numbers and Go names of a kind', () => {
    const set = structOf('io.k8s.api.apps.v1.StatefulSet');
    expect(set.go).toBe('v1.StatefulSet');
    expect(set.kinds).toEqual(['apps/v1/StatefulSet']);
    expect(set.fields.map((f) => f.name)).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status']);
    const spec = set.byName.get('spec')!;
    expect(spec.number).toBe(2);
    expect(spec.type.kind === 'struct' && spec.type.struct.byName.get('replicas')).toMatchObject({
      type: { kind: 'scalar', scalar: 'int32' },
      pointer: true,
      omitEmpty: true,
    });
  });

  it('knows merge keys, list keys and defaults', () => {
    const ports = structOf('io.k8s.api.core.v1.Container').byName.get('ports')!;
    expect(ports).toMatchObject({ patchStrategy: ['merge'], patchMergeKey: 'containerPort' });
    expect(ports.type).toMatchObject({ listType: 'map', mapKeys: ['containerPort', 'protocol'] });
    expect(structOf('io.k8s.api.core.v1.ContainerPort').byName.get('protocol')!.default).toBe('TCP');
    expect(structOf('io.k8s.api.core.v1.PodSpec').byName.get('volumes')!.patchStrategy).toEqual([
      'merge',
      'retainKeys',
    ]);
  });

  it('knows what is atomic', () => {
    expect(structOf('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector').atomic).toBe(true);
    expect(structOf('io.k8s.api.core.v1.PodSpec').byName.get('nodeSelector')!.type).toMatchObject({
      mapType: 'atomic',
    });
    expect(structOf('io.k8s.api.core.v1.Container').byName.get('args')!.type).toMatchObject({ listType: 'atomic' });
  });

  it('flattens embedded structs and keeps their protobuf path', () => {
    const hostPath = structOf('io.k8s.api.core.v1.Volume').byName.get('hostPath')!;
    expect([hostPath.embedded, hostPath.number]).toEqual([[2], 1]);
    expect(structOf('io.k8s.api.core.v1.Pod').byName.get('kind')!.number).toBe(0);
  });

  it('builds every struct of the facts', () => {
    const names = structNames();
    expect(names.length).toBeGreaterThan(500);
    for (const name of names)
      expect(structOf(name).fields.every((f) => f.name !== '' && f.type !== undefined)).toBe(true);
  });

  it('refuses a name the facts do not have', () => {
    expect(() => structOf('io.k8s.api.apps.v1.Nothing')).toThrow(/Nothing/);
  });
});
