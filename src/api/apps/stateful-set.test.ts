import { describe, expect, it } from 'vitest';
import { clone, deepFreeze } from '../../base/json.ts';
import { decodeObject } from '../../schema/decode.ts';
import { FieldErrors } from '../../schema/field-errors.ts';
import type { StrategyContext } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Json } from '../shared/json.ts';
import { statefulSet } from './stateful-set.ts';

const context = (gates: Record<string, boolean> = {}) => ({ gates }) as unknown as StrategyContext;

function body(spec: Json = {}): Json {
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'w' },
    spec: { selector: { matchLabels: { app: 'a' } }, template, ...spec },
  };
}

function created(spec: Json = {}, gates: Record<string, boolean> = {}): KubeObject {
  const { object } = decodeObject(statefulSet.struct, body(spec));
  statefulSet.defaults?.(object);
  statefulSet.create?.prepare?.(object, context(gates));
  return deepFreeze(object) as KubeObject;
}

function updated(old: KubeObject, change: (draft: Json) => void): { object: KubeObject; errors: FieldErrors } {
  const draft = clone(old) as Json;
  change(draft);
  statefulSet.defaults?.(draft);
  statefulSet.update?.prepare?.(draft, old, context());
  const errors = new FieldErrors();
  statefulSet.update?.validate?.(draft, old, errors, context());
  return { object: draft, errors };
}

describe('maxUnavailable', () => {
  const rolling = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } };

  it('is dropped while its gate is off', () => {
    expect(created(rolling).spec.updateStrategy.rollingUpdate).toEqual({ partition: 0 });
  });

  it('stays, and defaults to 1, with the gate on', () => {
    const gates = { MaxUnavailableStatefulSet: true };
    expect(created(rolling, gates).spec.updateStrategy.rollingUpdate.maxUnavailable).toBe(2);
    expect(created({}, gates).spec.updateStrategy.rollingUpdate.maxUnavailable).toBe(1);
  });

  it('is kept by updates of a set that has it stored', () => {
    const old = created(rolling, { MaxUnavailableStatefulSet: true });
    const { object } = updated(old, (draft) => {
      draft.spec.replicas = 5;
    });
    expect(object.spec.updateStrategy.rollingUpdate.maxUnavailable).toBe(2);
  });
});

it('counts a generation for a change of spec only', () => {
  const old = created();
  expect(updated(old, () => {}).object.metadata.generation).toBe(1);
  expect(
    updated(old, (draft) => Object.assign(draft.metadata, { labels: { b: 'c' } })).object.metadata.generation,
  ).toBe(1);
  expect(updated(old, (draft) => Object.assign(draft.spec, { replicas: 2 })).object.metadata.generation).toBe(2);
});

it('takes claims for volumes of the same name', () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const containers = [{ name: 'c', image: 'x:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }];
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers } };
  const errors = new FieldErrors();
  statefulSet.create?.validate?.(created({ template, volumeClaimTemplates: [claim] }), errors, context());
  expect(errors.list).toEqual([]);
  statefulSet.create?.validate?.(created({ template }), errors, context());
  expect(errors.list.map((error) => error.field)).toEqual(['spec.template.spec.containers[0].volumeMounts[0].name']);
});

it('forbids other changes of spec with one error', () => {
  const { errors } = updated(created(), (draft) =>
    Object.assign(draft.spec, { serviceName: 'x', podManagementPolicy: 'Parallel' }),
  );
  expect(errors.list.map((error) => `${error.kind} ${error.field}`)).toEqual(['forbidden spec']);
});

it('goes on accepting a template that was stored with faults', () => {
  const old = clone(created()) as Json;
  old.spec.template.spec.containers[0].image = '';
  const { errors } = updated(deepFreeze(old), (draft) =>
    Object.assign(draft.spec.template.metadata, { annotations: { a: 'b' } }),
  );
  expect(errors.list).toEqual([]);
});

it('does not let the collision count sink', () => {
  const old = deepFreeze({ ...clone(created()), status: { replicas: 0, collisionCount: 2 } }) as KubeObject;
  const errors = new FieldErrors();
  const object = { ...old, status: { replicas: 0, collisionCount: 1 } } as KubeObject;
  statefulSet.status?.validate?.(object, old, errors, context());
  expect(errors.list.map((error) => error.detail)).toEqual(['cannot be decremented']);
});
