import { expect, it } from 'vitest';
import { prune } from './prune.ts';
import type { Schema } from './schema.ts';

it('leaves type and metadata of an object alone, however its schema names them', () => {
  const metadata = { name: 'a', labels: { x: 'y' } };
  const schema: Schema = {
    type: 'object',
    properties: {
      metadata: { type: 'object' },
      spec: { type: 'object', properties: { template: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
    },
  };
  const unknown: string[] = [];
  const template = { apiVersion: 'v1', kind: 'Pod', metadata, spec: {} };
  const value = { apiVersion: 'g/v1', kind: 'K', metadata, spec: { template, other: 1 }, more: {} };
  expect(prune(value, schema, '', unknown, true)).toEqual({
    apiVersion: 'g/v1',
    kind: 'K',
    metadata,
    spec: { template: { apiVersion: 'v1', kind: 'Pod', metadata } },
  });
  expect(unknown).toEqual(['spec.template.spec', 'spec.other', 'more']);
});
