import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { validateDriverName } from '../shared/volume-sources.ts';
import { validateParameters } from './storage-class.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  validateDriverName(object.driverName ?? '', 'driverName', errors);
  if (Object.keys(object.parameters ?? {}).length === 0) {
    errors.required('parameters', 'must contain at least one key/value pair');
  }
  validateParameters(object.parameters, errors);
}

export const volumeAttributesClass = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  returnsDeleted: true,
  create: { validate },
  update: {
    validate(object, old, errors) {
      for (const field of ['driverName', 'parameters']) validateImmutable(object[field], old[field], field, errors);
    },
  },
  columns: [NAME, text('DriverName', (o) => o.driverName ?? ''), AGE],
});
