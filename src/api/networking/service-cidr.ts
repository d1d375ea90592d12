import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { parseCidr, validateCidr } from '../shared/cidr.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { validateImmutable } from '../shared/transitions.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  const cidrs: readonly string[] = object.spec?.cidrs ?? [];
  if (cidrs.length === 0) errors.required('spec.cidrs', 'at least one CIDR required');
  else if (cidrs.length > 2) errors.invalid('spec', object.spec, 'may only hold up to 2 values');
  for (const [i, cidr] of cidrs.entries()) validateCidr(cidr, `spec.cidrs[${i}]`, errors);
  if (cidrs.length === 2 && parseCidr(cidrs[0]!)?.ip.family === parseCidr(cidrs[1]!)?.ip.family) {
    errors.invalid('spec', object.spec, 'may specify no more than one IP for each IP family');
  }
}

export const serviceCidr = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  create: { validate },
  update: {
    validate: (object, old, errors) => validateImmutable(object.spec?.cidrs, old.spec?.cidrs, 'spec.cidrs', errors),
  },
  status: {},
  resetFields: { status: [['metadata'], ['spec']] },
  columns: [NAME, text('CIDRs', (o) => (o.spec?.cidrs ?? []).join(',')), AGE],
});
