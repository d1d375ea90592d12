import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { sortKeys } from '../shared/data.ts';
import { keepOld } from '../shared/transitions.ts';
import { validateFinalizerName } from '../shared/validation.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const OWN_FINALIZER = 'kubernetes';

/** The name label is always there and always right. */
function labelName(draft: Draft): void {
  const name = draft.metadata.name;
  if (name === undefined || name === '' || draft.metadata.labels?.[NAME_LABEL] === name) return;
  draft.metadata.labels = sortKeys({ ...draft.metadata.labels, [NAME_LABEL]: name });
}

function defaults(draft: Draft): void {
  labelName(draft);
  draft.spec ??= {};
  draft.status ??= {};
  if ((draft.status.phase ?? '') === '') draft.status.phase = 'Active';
}

function keepFinalizers(draft: Draft, old: KubeObject): void {
  draft.spec = old.spec ?? {};
}

function validateStatus(object: KubeObject, _old: KubeObject, errors: FieldErrors): void {
  const phase = object.status?.phase ?? '';
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (!deleting && phase !== 'Active') {
    errors.invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty");
  } else if (deleting && phase !== 'Terminating') {
    errors.invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}

export const namespace = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  nameRule: 'label',
  returnsDeleted: true,
  defaults,
  create: {
    prepare(draft) {
      labelName(draft);
      draft.status = { phase: 'Active' };
      const finalizers: string[] = draft.spec?.finalizers ?? [];
      if (!finalizers.includes(OWN_FINALIZER))
        draft.spec = { ...draft.spec, finalizers: [...finalizers, OWN_FINALIZER] };
    },
    validate(object, errors) {
      for (const name of object.spec?.finalizers ?? []) validateFinalizerName(name, 'spec.finalizers', errors);
    },
  },
  update: {
    prepare(draft, old) {
      labelName(draft);
      keepFinalizers(draft, old);
      keepOld(draft, old, 'status');
    },
  },
  status: { prepare: keepFinalizers, validate: validateStatus },
  subresources: {
    finalize: {
      kind: 'Namespace',
      verbs: ['update'],
      strategy: {
        prepare: (draft, old) => keepOld(draft, old, 'status'),
        validate(object, _old, errors) {
          for (const [i, name] of (object.spec?.finalizers ?? []).entries()) {
            validateFinalizerName(name, `spec.finalizers[${i}]`, errors);
          }
        },
      },
    },
  },
  resetFields: { finalize: [['status']] },
  selectableFields: { 'status.phase': (o) => o.status?.phase ?? '', name: (o) => o.metadata.name ?? '' },
  columns: [NAME, text('Status', (o) => o.status?.phase ?? ''), AGE],
});
