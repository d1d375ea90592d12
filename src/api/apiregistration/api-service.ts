import { dns1035Label } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, validatePort } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { keepOld, takeStatusAlone } from '../shared/transitions.ts';
import { validateSubdomain } from '../shared/validation.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  const {
    group = '',
    version = '',
    service,
    caBundle,
    insecureSkipTLSVerify,
    groupPriorityMinimum = 0,
    versionPriority = 0,
  } = object.spec ?? {};
  const name = object.metadata.name ?? '';
  if (name !== `${version}.${group}`) errors.invalid('metadata.name', name, 'must be `spec.version+"."+spec.group`');
  if (group !== '') validateSubdomain(group, 'spec.group', errors);
  invalidEach(dns1035Label(version), 'spec.version', version, errors);
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000) {
    errors.invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000');
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000');
  }
  if ((service ?? null) === null) {
    if ((caBundle ?? '') !== '')
      errors.invalid('spec.caBundle', `${caBundle.length} bytes`, 'local APIServices may not have a caBundle');
    if (insecureSkipTLSVerify === true) {
      errors.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify');
    }
    return;
  }
  if ((service.namespace ?? '') === '') errors.required('spec.service.namespace');
  if ((service.name ?? '') === '') errors.required('spec.service.name');
  validatePort(service.port ?? 443, 'spec.service.port', errors);
  if (insecureSkipTLSVerify === true && (caBundle ?? '') !== '') {
    errors.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present');
  }
}

function available(object: KubeObject): string {
  const condition = (object.status?.conditions ?? []).find((c: Json) => c.type === 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

export const apiService = defineKind({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  unconditionalUpdate: false,
  defaults(draft) {
    if (draft.spec?.service) draft.spec.service.port ??= 443;
  },
  create: { validate },
  update: {
    prepare: (draft, old) => keepOld(draft, old, 'status'),
    validate: (object, _old, errors) => validate(object, errors),
  },
  status: { prepare: takeStatusAlone },
  columns: [
    NAME,
    text('Service', ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')),
    text('Available', available),
    AGE,
  ],
});
