import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { notOneOf } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';

const STRATEGIES = ['OldestEmulationVersion'];

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec = object.spec ?? {};
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, strategy } = spec;
  if (duration !== undefined && duration <= 0)
    errors.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0');
  if (transitions !== undefined && transitions < 0) {
    errors.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
  }
  if (strategy !== undefined && !STRATEGIES.includes(strategy) && !strategy.includes('/')) {
    notOneOf('spec.strategy', strategy, STRATEGIES, errors);
  }
  if ((spec.preferredHolder ?? '') !== '' && (strategy ?? '') === '') {
    errors.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined');
  }
}

export const lease = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  metadataOnUpdate: ['change'],
  createOnUpdate: true,
  unconditionalUpdate: false,
  create: { validate },
  update: { validate: (object, _old, errors) => validate(object, errors) },
  columns: [NAME, text('Holder', (o) => o.spec?.holderIdentity ?? ''), AGE],
});
