import { describe, expect, it } from 'vitest';
import { decodeObject } from './decode.ts';
import { emptyToNull } from './empty-collections.ts';
import { structOf } from './structure.ts';

function kept(name: string, json: object): object {
  const struct = structOf(name);
  const { object } = decodeObject(struct, json);
  emptyToNull(struct, object);
  return object;
}

describe('empty collections in storage', () => {
  it('makes empty ones null where the field is always written, at any depth', () => {
    expect(kept('io.k8s.api.discovery.v1.EndpointSlice', { addressType: 'IPv4', endpoints: [] })).toMatchObject({
      endpoints: null,
      ports: null,
    });
    const set = { spec: { selector: {}, template: { spec: { containers: [] } } } };
    expect(kept('io.k8s.api.apps.v1.StatefulSet', set)).toMatchObject({
      spec: { template: { spec: { containers: null } } },
    });
    expect(kept('io.k8s.api.core.v1.LimitRange', { spec: { limits: [{ type: 'Pod' }] } })).toMatchObject({
      spec: { limits: [{ type: 'Pod' }] },
    });
  });

  it('leaves what is sent as it is until then, for the managers of fields', () => {
    const { object } = decodeObject(structOf('io.k8s.api.core.v1.LimitRange'), { spec: { limits: [] } });
    expect(object).toMatchObject({ spec: { limits: [] } });
  });

  it('leaves definitions of custom resources alone, which are stored as JSON', () => {
    const definition = { spec: { versions: [], names: {}, group: 'a', scope: 'Namespaced' } };
    expect(
      kept('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', definition),
    ).toMatchObject({
      spec: { versions: [] },
    });
  });
});
