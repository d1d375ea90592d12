import { expect, it } from 'vitest';
import { configMap } from '../../api/core/config-map.ts';
import type { ServedKind } from '../registry.ts';
import type { Format } from './negotiation.ts';
import { refuseMisfit } from './transforms.ts';
import { yamlBody } from './yaml-body.ts';

it('writes YAML without anchors, though parts are shared', async () => {
  const empty = Object.freeze({});
  expect(String(await yamlBody({ b: empty, a: empty, time: '2026-01-01T00:00:00Z', list: [1] }))).toBe(
    'a: {}\nb: {}\nlist:\n- 1\ntime: "2026-01-01T00:00:00Z"\n',
  );
});

it('refuses metadata of a list for one object, and the other way round', () => {
  const kind = { definition: configMap, custom: null } as unknown as ServedKind;
  const format = (transform: Format['transform']): Format => ({
    media: 'json',
    transform,
    version: 'v1',
    pretty: false,
  });
  expect(() => refuseMisfit(kind, format('PartialObjectMetadata'), false)).not.toThrow();
  expect(() => refuseMisfit(kind, format('PartialObjectMetadataList'), true)).not.toThrow();
  expect(() => refuseMisfit(kind, format('Table'), true)).not.toThrow();
  expect(() => refuseMisfit(kind, format('PartialObjectMetadata'), true)).toThrow(
    'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
  );
  expect(() => refuseMisfit(kind, format('PartialObjectMetadataList'), false)).toThrow(
    'but the requested object is not a list (*core.ConfigMap)',
  );
});
