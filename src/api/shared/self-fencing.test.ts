import { expect, it } from 'vitest';
import { isFencedPod } from './self-fencing.ts';

const owned = (kind: string) => [{ apiVersion: 'v1', kind, name: 'web', uid: 'u', controller: true }];

it('concerns members, writers of claims, and pods that a set may adopt while their node does not hear of it', () => {
  const fenced = (name: string, metadata: object = {}, spec: object = {}): boolean =>
    isFencedPod({ metadata: { name, ...metadata }, spec });
  expect(fenced('web-0', { ownerReferences: owned('StatefulSet') })).toBe(true);
  expect(fenced('web-0')).toBe(true);
  expect(fenced('web-0', { ownerReferences: owned('ReplicaSet') })).toBe(false);
  expect(fenced('reader')).toBe(false);
  expect(fenced('reader', {}, { volumes: [{ persistentVolumeClaim: {} }] })).toBe(true);
  expect(fenced('reader', {}, { volumes: [{ ephemeral: {} }, {}] })).toBe(true);
});
