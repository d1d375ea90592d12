import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { NAME, text } from '../shared/columns.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { nonNegativeQuantity, validateSubdomain } from '../shared/validation.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  if (object.nodeTopology !== undefined) validateLabelSelector(object.nodeTopology, 'nodeTopology', errors);
  validateSubdomain(object.storageClassName ?? '', 'storageClassName', errors);
  for (const field of ['capacity', 'maximumVolumeSize']) {
    if (object[field] !== undefined) nonNegativeQuantity(object[field], field, errors);
  }
}

export const csiStorageCapacity = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  unconditionalUpdate: false,
  create: { validate },
  update: {
    validate(object, old, errors) {
      validate(object, errors);
      for (const field of ['nodeTopology', 'storageClassName'])
        validateImmutable(object[field], old[field], field, errors);
    },
  },
  columns: [
    NAME,
    text('StorageClassName', (o) => o.storageClassName ?? ''),
    text('Capacity', (o) => o.capacity ?? '<unset>'),
  ],
});
