import { expect, it } from 'vitest';
import type { KindDefinition, StrategyContext } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Json } from '../shared/json.ts';
import { storageClass } from '../storage/storage-class.ts';
import { persistentVolume } from './persistent-volume.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { service } from './service.ts';

const warned = (kind: KindDefinition, fields: Json): readonly string[] | undefined =>
  kind.create?.warnings?.({ metadata: {}, ...fields } as KubeObject, undefined as unknown as StrategyContext);

it('warns of what a Service no longer makes use of', () => {
  const plain = { type: 'ClusterIP', clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], sessionAffinity: 'None' };
  expect(warned(service, { spec: plain })).toEqual([]);
  expect(warned(service, { spec: { ...plain, externalName: 'x', trafficDistribution: 'PreferClose' } })).toEqual([
    'spec.externalName is ignored when spec.type is not "ExternalName"',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ]);
  const headless = { ...plain, clusterIP: 'None', clusterIPs: ['None'], externalIPs: ['1.2.3.4'] };
  expect(warned(service, { spec: headless })).toEqual(['spec.externalIPs is ignored for headless services']);
});

it('warns of labels of old and of sizes that are no whole bytes', () => {
  const zone = 'failure-domain.beta.kubernetes.io/zone';
  const why = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';
  const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: zone }] }] } };
  expect(warned(persistentVolume, { spec: { nodeAffinity, storageos: {} } })).toEqual([
    `spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: ${zone} is ${why}`,
    'spec.storageOS: deprecated in v1.22, non-functional in v1.25+',
  ]);
  const allowedTopologies = [{ matchLabelExpressions: [{ key: zone, values: ['a'] }] }];
  expect(warned(storageClass, { allowedTopologies })).toEqual([
    `allowedTopologies[0].matchLabelExpressions[0].key: ${why}`,
  ]);
  expect(warned(persistentVolumeClaim, { spec: { resources: { limits: { storage: '100m' } } } })).toEqual([
    'spec.resources.limits[storage]: fractional byte value "100m" is invalid, must be an integer',
  ]);
});
