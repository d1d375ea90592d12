import { deepEqual } from '../../base/json.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { IMMUTABLE } from '../shared/checks.ts';
import { claimSizeWarnings, defaultClaimSpec, validateClaimSpec } from '../shared/claim-spec.ts';
import { AGE, NAME, text, wide } from '../shared/columns.ts';
import { difference } from '../shared/difference.ts';
import type { Json } from '../shared/json.ts';
import { keepOld, validateImmutable } from '../shared/transitions.ts';
import { validateClaimStatus } from './persistent-volume-claim-status.ts';
import { accessModesText, classAnnotationWarning, storageClassOf, volumePhase } from './volume-text.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const SNAPSHOTS = 'snapshot.storage.k8s.io';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  defaultClaimSpec(draft.spec);
  draft.status ??= {};
  draft.status.phase ||= 'Pending';
}

function isClaimOrSnapshot(source: Json): boolean {
  const group: string = source.apiGroup ?? '';
  if (source.kind === 'PersistentVolumeClaim') return group === '';
  return source.kind === 'VolumeSnapshot' && group === SNAPSHOTS;
}

/**
 * `dataSource` knows claims and snapshots only, others are dropped; then it and `dataSourceRef` are made to agree
 * where just one of them is given (KEP-1495).
 */
function alignDataSources(draft: Draft): void {
  const { spec } = draft;
  // Claims of other namespaces are there with a gate only that is off.
  if (spec.dataSourceRef?.namespace) delete spec.dataSourceRef;
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined && !isClaimOrSnapshot(spec.dataSource)) {
    delete spec.dataSource;
  }
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef !== undefined && spec.dataSource === undefined && !spec.dataSourceRef.namespace) {
    spec.dataSource = { ...spec.dataSourceRef };
  }
}

const validate = (object: KubeObject, errors: FieldErrors): void => validateClaimSpec(object.spec, 'spec', errors);

function warnings(object: KubeObject): readonly string[] {
  return [...classAnnotationWarning(object, 'storageClassName'), ...claimSizeWarnings(object.spec, 'spec')];
}

const CLAIM_SPEC = 'io.k8s.api.core.v1.PersistentVolumeClaimSpec';

/** Both specs with what may change made equal: what then still differs may not. */
function comparableSpecs(object: KubeObject, old: KubeObject): { readonly before: Json; readonly after: Json } {
  const before = { ...old.spec };
  const after = { ...object.spec };
  const putBack = (field: string): void => {
    if (old.spec[field] === undefined) delete after[field];
    else after[field] = old.spec[field];
  };
  if ((old.spec.volumeName ?? '') === '' && after.volumeName !== undefined) before.volumeName = after.volumeName;
  if (old.spec.storageClassName === undefined) putBack('storageClassName');
  if (object.status?.phase !== 'Bound') return { before, after };
  if (after.resources?.requests?.storage !== undefined) {
    const storage = old.spec.resources?.requests?.storage;
    after.resources = { ...after.resources, requests: { ...after.resources.requests, storage } };
  }
  if (after.volumeAttributesClassName !== undefined) putBack('volumeAttributesClassName');
  return { before, after };
}

/** The annotation of old that names a class stays, or gives way to the field with the same class. */
function validateClassAnnotation(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const before = old.metadata.annotations?.[CLASS_ANNOTATION];
  const now = object.metadata.annotations?.[CLASS_ANNOTATION];
  const replaced = old.spec.storageClassName === undefined && object.spec.storageClassName === before;
  if (before !== undefined && replaced && (now === undefined || now === before)) return;
  if ((now ?? '') !== (before ?? '')) {
    errors.invalid(`metadata.annotations.${CLASS_ANNOTATION}`, now ?? '', IMMUTABLE);
  }
}

function validateAttributesChange(spec: Json, old: Json, errors: FieldErrors): void {
  if (old.volumeAttributesClassName === undefined || spec.volumeAttributesClassName) return;
  if (spec.volumeAttributesClassName === old.volumeAttributesClassName) return;
  const what = spec.volumeAttributesClassName === undefined ? 'nil' : 'an empty string';
  errors.forbidden('spec.volumeAttributesClassName', `update from non-nil value to ${what} is forbidden`);
}

function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validate(object, errors);
  validateClassAnnotation(object, old, errors);
  const specs = comparableSpecs(object, old);
  if (!deepEqual(specs.after, specs.before)) {
    const rule =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.forbidden('spec', `${rule}\n${difference(CLAIM_SPEC, specs.before, specs.after)}`);
  }
  const size: string | undefined = object.spec.resources?.requests?.storage;
  const before: string = old.spec.resources?.requests?.storage ?? '0';
  if (size !== undefined && compareQuantity(size, before) < 0) {
    if (compareQuantity(size, old.status?.capacity?.storage ?? '0') <= 0) {
      errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
    }
  }
  validateImmutable(object.spec.volumeMode, old.spec.volumeMode, 'volumeMode', errors);
  validateAttributesChange(object.spec, old.spec, errors);
}

const bound = (object: KubeObject): boolean => (object.spec?.volumeName ?? '') !== '';

export const persistentVolumeClaim = defineKind({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  returnsDeleted: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { phase: 'Pending' };
      alignDataSources(draft);
    },
    validate,
    warnings,
  },
  update: {
    prepare(draft, old) {
      keepOld(draft, old, 'status');
      if (old.spec?.dataSource === undefined && old.spec?.dataSourceRef === undefined) alignDataSources(draft);
    },
    validate: validateUpdate,
    warnings,
  },
  status: {
    prepare: (draft, old) => keepOld(draft, old, 'spec'),
    validate: (object, _old, errors) => validateClaimStatus(object, errors),
  },
  columns: [
    NAME,
    text('Status', volumePhase),
    text('Volume', (o) => o.spec?.volumeName ?? ''),
    text('Capacity', (o) => (bound(o) ? (o.status?.capacity?.storage ?? '0') : '')),
    text('Access Modes', (o) => (bound(o) ? accessModesText(o.status?.accessModes) : '')),
    text('StorageClass', storageClassOf),
    text('VolumeAttributesClass', (o) => o.spec?.volumeAttributesClassName ?? '<unset>'),
    AGE,
    wide('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>'),
  ],
});
