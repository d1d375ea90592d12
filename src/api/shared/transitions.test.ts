import { expect, it } from 'vitest';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { takeStatusAlone } from './transitions.ts';

it('takes a status with nothing of the metadata sent along', () => {
  const old = { metadata: { name: 'a', labels: { a: '1' }, generation: 3, resourceVersion: '5' }, spec: { x: 1 } };
  const managedFields = [{ manager: 'm' }];
  const draft = {
    metadata: { name: 'a', labels: { a: '2' }, finalizers: ['b/c'], resourceVersion: '4', managedFields },
    spec: { x: 2 },
    status: { y: 1 },
  };
  takeStatusAlone(draft as unknown as Draft, old as unknown as KubeObject);
  expect(draft).toEqual({
    metadata: { name: 'a', labels: { a: '1' }, generation: 3, resourceVersion: '4', managedFields },
    spec: { x: 1 },
    status: { y: 1 },
  });
});
