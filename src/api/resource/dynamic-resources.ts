import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { keepOld, takeStatusAlone, validateImmutable } from '../shared/transitions.ts';

const COMMON = { group: 'resource.k8s.io', version: 'v1', returnsDeleted: true } as const;

/** A request without a mode asks for exactly one device (KEP-4381). */
function defaultClaimRequests(spec: Json): void {
  for (const request of spec?.devices?.requests ?? []) {
    for (const wanted of [request.exactly, ...(request.firstAvailable ?? [])]) {
      if (wanted === undefined) continue;
      wanted.allocationMode ??= 'ExactCount';
      if (wanted.allocationMode === 'ExactCount') wanted.count ||= 1;
    }
  }
}

const frozenSpec = {
  validate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
    validateImmutable(object.spec, old.spec, 'spec', errors);
  },
};

function claimState(object: KubeObject): string {
  const states = [
    ...(object.metadata.deletionTimestamp === undefined ? [] : ['deleted']),
    ...(object.status?.allocation === undefined ? ['pending'] : ['allocated']),
    ...((object.status?.reservedFor ?? []).length > 0 ? ['reserved'] : []),
  ];
  return states.join(',');
}

export const deviceClass = defineKind({
  ...COMMON,
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  namespaced: false,
  generation: true,
  columns: [NAME, AGE],
});

export const resourceClaim = defineKind({
  ...COMMON,
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  namespaced: true,
  defaults: (draft) => defaultClaimRequests(draft.spec),
  update: { ...frozenSpec, prepare: (draft, old) => keepOld(draft, old, 'status') },
  status: { prepare: takeStatusAlone },
  resetFields: { status: [['metadata'], ['spec']] },
  columns: [NAME, text('State', claimState), AGE],
});

export const resourceClaimTemplate = defineKind({
  ...COMMON,
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  namespaced: true,
  defaults: (draft) => defaultClaimRequests(draft.spec?.spec),
  update: frozenSpec,
  columns: [NAME, AGE],
});

export const resourceSlice = defineKind({
  ...COMMON,
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  generation: true,
  selectableFields: { 'spec.nodeName': (o) => o.spec?.nodeName ?? '', 'spec.driver': (o) => o.spec?.driver ?? '' },
  columns: [
    NAME,
    text('Node', (o) => o.spec?.nodeName ?? '<unset>'),
    text('Driver', (o) => o.spec?.driver ?? ''),
    text('Pool', (o) => o.spec?.pool?.name ?? ''),
    AGE,
  ],
});
