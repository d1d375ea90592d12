import { describe, expect, it } from 'vitest';
import { FieldErrors, fieldErrorText } from './field-errors.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import type { KubeObject, ObjectMeta } from './object.ts';

const object = (metadata: object, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'n', ...metadata } as ObjectMeta,
});
function created(metadata: object, kind: object = {}, apiVersion = 'v1'): string[] {
  const errors = new FieldErrors();
  validateMetadata(object(metadata, apiVersion), { namespaced: true, ...kind }, errors);
  return errors.list.map(fieldErrorText);
}
function updated(metadata: object, old: object, kind: Parameters<typeof validateMetadataUpdate>[2] = {}): string[] {
  const errors = new FieldErrors();
  validateMetadataUpdate(object(metadata), object(old), kind, errors);
  return errors.list.map(fieldErrorText);
}

describe('metadata of a new object', () => {
  it('accepts what is right', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u', controller: true };
    expect(
      created({
        labels: { a: 'b' },
        annotations: { 'UP.x/ok': '!' },
        finalizers: ['orphan', 'x.y/z'],
        ownerReferences: [owner],
      }),
    ).toEqual([]);
    expect(created({ name: 'a:b' }, { nameRule: 'path' })).toEqual([]);
    expect(created({ generateName: 'abc-' })).toEqual([]);
    expect(created({ finalizers: ['plain'] }, {}, 'example.com/v1')).toEqual([]);
  });
  it('names what is wrong, in order', () => {
    expect(created({ name: '', namespace: '' })).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'metadata.namespace: Required value',
    ]);
    expect(created({ name: 'a.b' }, { nameRule: 'label' })).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
    expect(created({}, { namespaced: false })).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
    expect(created({ finalizers: ['plain'] })).toEqual([
      'metadata.finalizers[0]: Invalid value: "plain": name is neither a standard finalizer name nor is it fully qualified',
    ]);
    expect(created({ ownerReferences: [{ apiVersion: 'a/b/c', kind: '', name: '', uid: '' }] })).toEqual([
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ]);
    expect(created({ annotations: { a: 'x'.repeat(262144) } })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ]);
  });
});

describe('metadata of an update', () => {
  const told = (...args: Parameters<typeof updated>): string[] => [...new Set(updated(...args))];
  it('keeps what may not change', () => {
    expect(told({ uid: 'b' }, { uid: 'a' })).toEqual(['metadata.uid: Invalid value: "b": field is immutable']);
    expect(told({ generation: 1 }, { generation: 2 })).toEqual([
      'metadata.generation: Invalid value: 1: must not be decremented',
    ]);
  });
  it('takes no new finalizers once deletion has begun', () => {
    const old = { deletionTimestamp: 't', finalizers: ['a.b/c'] };
    expect(updated({ deletionTimestamp: 't' }, old)).toEqual([]);
    expect(told({ deletionTimestamp: 't', finalizers: ['a.b/c', 'x.y/z'] }, old)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.y/z"}',
    ]);
  });
  it('says each finding as often as upstream looks: twice in the registry, then as the kind does', () => {
    const bad = { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '' }] };
    const text = 'metadata.ownerReferences.uid: Invalid value: "": must not be empty';
    expect(updated(bad, {})).toEqual([text, text, text, text]);
    expect(updated(bad, {}, { metadataOnUpdate: ['change'] })).toEqual([text, text, text]);
    expect(updated(bad, {}, { metadataOnUpdate: [] })).toEqual([text, text]);
    const fixed = 'metadata.uid: Invalid value: "b": field is immutable';
    expect(updated({ uid: 'b' }, { uid: 'a' })).toEqual([fixed, fixed]);
    expect(updated({ uid: 'b' }, { uid: 'a' }, { metadataOnUpdate: ['itself'] })).toEqual([fixed]);
  });
});
