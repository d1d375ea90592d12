import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { validateDnsLabel, validateLabels } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { validateTolerations } from '../shared/placement.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { nonNegativeQuantity } from '../shared/validation.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  validateDnsLabel(object.handler ?? '', 'handler', errors);
  for (const [name, value] of Object.entries<string>(object.overhead?.podFixed ?? {})) {
    nonNegativeQuantity(value, `overhead.podFixed[${name}]`, errors);
  }
  validateLabels(object.scheduling?.nodeSelector ?? {}, 'scheduling.nodeSelector', errors);
  validateTolerations(object.scheduling?.tolerations ?? [], 'scheduling.tolerations', errors);
}

export const runtimeClass = defineKind({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  createOnUpdate: true,
  unconditionalUpdate: false,
  create: { validate },
  update: {
    validate(object, old, errors) {
      validateImmutable(object.handler, old.handler, 'handler', errors);
    },
  },
  columns: [NAME, text('Handler', (o) => o.handler ?? ''), AGE],
});
