import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../base/json.ts';
import { decodeObject, zeroOf } from './decode.ts';
import { structNames, structOf } from './structure.ts';

const pod = structOf('io.k8s.api.core.v1.Pod');
const set = structOf('io.k8s.api.apps.v1.StatefulSet');
const meta = { name: 'a' };

function failure(struct: typeof pod, body: unknown): string {
  try {
    decodeObject(struct, body);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('decodeObject', () => {
  it('writes fields in Go order, drops nulls and empty optional fields', () => {
    const { object, unknown } = decodeObject(pod, {
      metadata: { labels: { b: '2', a: '1' }, name: 'p', annotations: {}, creationTimestamp: null },
      kind: 'Pod',
      apiVersion: 'v1',
      spec: { containers: [{ image: 'i', name: 'c', args: [], env: null }], hostNetwork: false },
    });
    expect(unknown).toEqual([]);
    expect(JSON.stringify(object)).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"1","b":"2"}},' +
        '"spec":{"containers":[{"name":"c","image":"i","resources":{}}]},"status":{}}',
    );
  });

  it('writes the zeros of fields that are not optional', () => {
    expect(decodeObject(set, { metadata: meta, spec: {} }).object).toEqual({
      metadata: { name: 'a' },
      spec: {
        selector: null,
        template: { metadata: {}, spec: { containers: null } },
        serviceName: '',
        updateStrategy: {},
      },
      status: { replicas: 0, availableReplicas: 0 },
    });
    expect(zeroOf(structOf('io.k8s.api.rbac.v1.Role'))).toEqual({ metadata: {}, rules: null });
  });

  it('keeps an explicit zero behind a pointer', () => {
    expect(decodeObject(set, { spec: { replicas: 0, minReadySeconds: 0 } }).object.spec).toMatchObject({ replicas: 0 });
    expect(decodeObject(set, { spec: { minReadySeconds: 0 } }).object.spec).not.toHaveProperty('minReadySeconds');
  });

  it('normalizes quantities, times and base64', () => {
    const claim = structOf('io.k8s.api.core.v1.PersistentVolumeClaim');
    const { object } = decodeObject(claim, {
      metadata: { creationTimestamp: '2026-01-02T03:04:05.999+02:00' },
      spec: { resources: { requests: { storage: '1024Mi', other: 2000 } } },
    });
    expect(object.metadata.creationTimestamp).toBe('2026-01-02T01:04:05Z');
    expect(object.spec.resources.requests).toEqual({ other: '2k', storage: '1Gi' });
    const secret = structOf('io.k8s.api.core.v1.Secret');
    expect(decodeObject(secret, { data: { a: 'YQ==', b: 'YWJj\n' } }).object.data).toEqual({ a: 'YQ==', b: 'YWJj' });
    const lease = structOf('io.k8s.api.coordination.v1.Lease');
    const renewTime = '2026-01-02T03:04:05.123456+01:00';
    expect(decodeObject(lease, { spec: { renewTime } }).object.spec).toEqual({
      renewTime: '2026-01-02T02:04:05.123456Z',
    });
  });

  it('names unknown fields by path, case-sensitively', () => {
    const body = {
      metadata: { ...meta, Labels: {} },
      spec: { containerz: [], containers: [{ name: 'c', foo: 1, ports: [{ bar: null }] }] },
      bogus: null,
    };
    expect(decodeObject(pod, body).unknown).toEqual([
      'metadata.Labels',
      'spec.containerz',
      'spec.containers[0].foo',
      'spec.containers[0].ports[0].bar',
      'bogus',
    ]);
  });

  it('names the first error in the order of the body', () => {
    expect(failure(pod, { spec: { hostNetwork: 'x', containers: {} }, metadata: [] })).toBe(
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    );
    expect(failure(pod, { spec: { containers: [{ name: 'a' }, { ports: [{ containerPort: 1.5 }] }] } })).toBe(
      'json: cannot unmarshal number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    );
    expect(failure(pod, { metadata: { labels: { a: 1 } } })).toBe(
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    );
    expect(failure(pod, [])).toBe('json: cannot unmarshal array into Go value of type v1.Pod');
  });

  it('ends at once at values with their own decoder', () => {
    const spec = { hostNetwork: 'x', containers: [{ resources: { limits: { cpu: 'lots' } } }] };
    expect(failure(pod, { spec })).toMatch(/^quantities must match the regular expression/);
    expect(failure(pod, { metadata: { deletionTimestamp: 'noon' } })).toBe(
      'parsing time "noon" as "2006-01-02T15:04:05Z07:00": cannot parse "noon" as "2006"',
    );
    const budget = structOf('io.k8s.api.policy.v1.PodDisruptionBudget');
    expect(failure(budget, { spec: { minAvailable: true } })).toBe(
      'json: cannot unmarshal bool into Go struct field PodDisruptionBudgetSpec.spec.minAvailable of type int32',
    );
  });

  it('refuses integers that were not written as such', () => {
    const body = { spec: { replicas: 0 } };
    const forms = [{ path: ['spec', 'replicas'], text: '0.0' }];
    expect(() => decodeObject(set, body, forms)).toThrow(
      'json: cannot unmarshal number 0.0 into Go struct field StatefulSetSpec.spec.replicas of type int32',
    );
  });

  it('decodes the two-form fields of JSON schemas', () => {
    const crd = structOf('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition');
    const wrap = (openAPIV3Schema: unknown): unknown => ({ spec: { versions: [{ schema: { openAPIV3Schema } }] } });
    const schemaOf = (schema: unknown): unknown =>
      decodeObject(crd, wrap(schema)).object.spec.versions[0].schema.openAPIV3Schema;
    expect(schemaOf({ items: { bogus: 1, type: 'string' }, additionalProperties: false })).toEqual({
      items: { type: 'string' },
      additionalProperties: false,
    });
    expect(failure(crd, wrap({ items: { not: { items: { type: 5 } } } }))).toBe(
      'json: cannot unmarshal number into Go struct field JSONSchemaProps.' +
        'spec.versions.schema.openAPIV3Schema.items.not.items.type of type string',
    );
    expect(failure(crd, wrap({ additionalProperties: 'x' }))).toBe('boolean or JSON schema expected');
    expect(schemaOf({ default: { z: 1, a: null }, enum: [null, 1] })).toEqual({
      default: { z: 1, a: null },
      enum: [null, 1],
    });
  });

  it('is idempotent and leaves frozen input alone', () => {
    for (const name of structNames()) {
      const struct = structOf(name);
      const once = decodeObject(struct, {}).object;
      expect(decodeObject(struct, deepFreeze(once)).object).toEqual(once);
    }
  });
});
