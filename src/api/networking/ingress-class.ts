import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, validateDnsLabel } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { carryGeneration, validateImmutable } from '../shared/transitions.ts';
import { validateReference } from './reference.ts';

const MAX_CONTROLLER = 250;

function validateController(controller: string, errors: FieldErrors): void {
  if (controller.length > MAX_CONTROLLER) errors.tooLong('spec.controller', MAX_CONTROLLER);
  const slash = controller.indexOf('/');
  if (controller === '') errors.required('spec.controller');
  else if (slash <= 0 || slash === controller.length - 1) {
    errors.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  } else
    invalidEach(dns1123Subdomain(controller.slice(0, slash)), 'spec.controller', controller.slice(0, slash), errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  validateController(object.spec?.controller ?? '', errors);
  const parameters = object.spec?.parameters;
  if (parameters === undefined) return;
  const field = 'spec.parameters';
  validateReference(parameters, field, errors);
  if (parameters.scope === 'Namespace') {
    const namespace: string | undefined = parameters.namespace;
    if (namespace === undefined) errors.required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else validateDnsLabel(namespace, `${field}.namespace`, errors);
  } else if (parameters.scope !== 'Cluster')
    errors.notSupported(`${field}.scope`, parameters.scope, ['Cluster', 'Namespace']);
  else if (parameters.namespace !== undefined) {
    errors.forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'");
  }
}

function parametersText(object: KubeObject): string {
  const parameters = object.spec?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

export const ingressClass = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  generation: true,
  defaults(draft) {
    if (draft.spec?.parameters !== undefined) draft.spec.parameters.scope ??= 'Cluster';
  },
  create: { validate },
  update: {
    prepare: (draft, old) => carryGeneration(draft, old),
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.spec?.controller, old.spec?.controller, 'spec.controller', errors);
    },
  },
  columns: [NAME, text('Controller', (o) => o.spec?.controller ?? ''), text('Parameters', parametersText), AGE],
});
