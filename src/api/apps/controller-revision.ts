import { isRecord } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative } from '../shared/checks.ts';
import { AGE, NAME, NONE, text } from '../shared/columns.ts';
import { validateImmutable } from '../shared/transitions.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  if (object.data === undefined || object.data === null) errors.required('data', 'data is mandatory');
  else if (!isRecord(object.data)) errors.invalid('data', object.data, 'data must be a valid JSON object');
  nonNegative(object.revision, 'revision', errors);
}

/** `statefulset.apps/web`, of the controlling owner. */
function controllerText(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return NONE;
  const slash = owner.apiVersion.indexOf('/');
  const kind = owner.kind.toLowerCase();
  return slash < 0 ? `${kind}/${owner.name}` : `${kind}.${owner.apiVersion.slice(0, slash)}/${owner.name}`;
}

/** apps/v1 ControllerRevision: a state that a controller may return to; its data never changes. */
export const controllerRevision: KindDefinition = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  create: { validate },
  update: {
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.data, old.data, 'data', errors);
    },
  },
  columns: [NAME, text('Controller', controllerText), text('Revision', (object) => object.revision ?? 0), AGE],
});
