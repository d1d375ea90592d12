import { expect, it } from 'vitest';
import { FieldErrors, fieldErrorText } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Json } from '../shared/json.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';

const claim = (spec: Json, annotations?: Json, status?: Json): KubeObject =>
  ({
    metadata: { name: 'c', ...(annotations === undefined ? {} : { annotations }) },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    status: { phase: 'Bound', ...status },
  }) as unknown as KubeObject;

function faults(of: 'update' | 'status', object: KubeObject, old: KubeObject): string[] {
  const errors = new FieldErrors();
  persistentVolumeClaim[of]?.validate?.(object, old, errors, undefined as never);
  return errors.list.map((error) => fieldErrorText(error).split('\n')[0]!);
}

it('keeps the class a claim was given by annotation, or lets the field take it over', () => {
  const key = 'volume.beta.kubernetes.io/storage-class';
  const old = claim({}, { [key]: 'a' });
  expect(faults('update', claim({ storageClassName: 'a' }, { [key]: 'a' }), old)).toEqual([]);
  expect(faults('update', claim({}, { [key]: 'b' }), old)).toEqual([
    `metadata.annotations.${key}: Invalid value: "b": field is immutable`,
  ]);
});

it('lets attributes change, not go', () => {
  const old = claim({ volumeAttributesClassName: 'a' });
  expect(faults('update', claim({ volumeAttributesClassName: 'b' }), old)).toEqual([]);
  expect(faults('update', claim({}), old)).toContain(
    'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
  );
});

it('checks what a status says of a resize', () => {
  const status = { allocatedResourceStatuses: { storage: 'Odd' }, allocatedResources: { cpu: '1', storage: '-1' } };
  expect(faults('status', claim({}, undefined, status), claim({}))).toEqual([
    'status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeInProgress", ' +
      '"ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
    'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    'status.allocatedResources[storage]: Invalid value: "-1": must be greater than or equal to 0',
  ]);
});
