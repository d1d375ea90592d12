import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, flag, NAME, text } from '../shared/columns.ts';
import { keepOld, takeStatusAlone, validateImmutable } from '../shared/transitions.ts';
import { validateSubdomain } from '../shared/validation.ts';
import { validateDriverName } from '../shared/volume-sources.ts';

function defaults(draft: Draft): void {
  draft.status ??= {};
  draft.status.attached ??= false;
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const { attacher = '', nodeName = '', source = {} } = object.spec ?? {};
  validateDriverName(attacher, 'spec.attacher', errors);
  const inline = source.inlineVolumeSpec;
  const name: string | undefined = source.persistentVolumeName;
  if (inline === undefined && name === undefined) {
    errors.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  } else if (inline !== undefined && name !== undefined) {
    errors.forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  } else if (name === '')
    errors.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName');
  validateSubdomain(nodeName, 'spec.nodeName', errors);
}

export const volumeAttachment = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  returnsDeleted: true,
  unconditionalUpdate: false,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { attached: false };
    },
    validate,
  },
  update: {
    prepare: (draft, old) => keepOld(draft, old, 'status'),
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.spec, old.spec, 'spec', errors);
    },
  },
  status: {
    prepare: takeStatusAlone,
  },
  resetFields: { status: [['metadata'], ['spec']] },
  columns: [
    NAME,
    text('Attacher', (o) => o.spec?.attacher ?? ''),
    text('PV', (o) => o.spec?.source?.persistentVolumeName ?? ''),
    text('Node', (o) => o.spec?.nodeName ?? ''),
    flag('Attached', (o) => o.status?.attached === true),
    AGE,
  ],
});
