import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, validateLabelName } from '../shared/checks.ts';
import { eventColumns } from './event-columns.ts';

/** Length limits of the new-style fields; the value itself is not printed. */
function limit(errors: FieldErrors, path: string, value: string | undefined, max: number, required: boolean): void {
  if (required && (value ?? '') === '') errors.required(path);
  if ((value ?? '').length > max) errors.invalid(path, '', `can have at most ${max} characters`);
}

/**
 * Rules that both event versions share, on the core form. An event without eventTime is an old-style one, of which
 * only the namespace is checked.
 */
export function validateEvent(object: KubeObject, errors: FieldErrors, controllerField: string): void {
  const own = object.metadata.namespace ?? '';
  const involved = object.involvedObject?.namespace ?? '';
  const mismatch = (): void => errors.invalid('involvedObject.namespace', involved, 'does not match event.namespace');
  if ((object.eventTime ?? null) === null) {
    if (involved === '' ? own !== '' && own !== 'default' : involved !== own) mismatch();
  } else {
    if (involved === '' && own !== 'default' && own !== 'kube-system') mismatch();
    const controller = object.reportingComponent ?? '';
    if (controller === '') errors.required(controllerField);
    validateLabelName(controller, controllerField, errors);
    limit(errors, 'reportingInstance', object.reportingInstance, 128, true);
    limit(errors, 'action', object.action, 128, true);
    limit(errors, 'reason', object.reason, 128, true);
    limit(errors, 'message', object.message, 1024, false);
  }
  invalidEach(dns1123Subdomain(own), 'namespace', own, errors);
}

const validate = (object: KubeObject, errors: FieldErrors): void => validateEvent(object, errors, 'reportingComponent');

const involved = (field: string) => (object: KubeObject) => object.involvedObject?.[field] ?? '';

export const event = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  nameRule: 'path',
  createOnUpdate: true,
  create: { validate },
  update: { validate: (object, _old, errors) => validate(object, errors) },
  selectableFields: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (o) => o.reason ?? '',
    reportingComponent: (o) => o.reportingComponent ?? '',
    source: (o) => (o.source?.component ?? '') || (o.reportingComponent ?? ''),
    type: (o) => o.type ?? '',
  },
  columns: eventColumns((object) => object),
});
