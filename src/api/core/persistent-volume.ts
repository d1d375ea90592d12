import { deepEqual } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, StrategyContext } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME, text, wide } from '../shared/columns.ts';
import { difference } from '../shared/difference.ts';
import type { Json } from '../shared/json.ts';
import { nodeTermWarnings } from '../shared/node-label-warnings.ts';
import { keepOld, validateImmutable } from '../shared/transitions.ts';
import { validateVolume, volumeSource } from './persistent-volume-validation.ts';
import { accessModesText, classAnnotationWarning, storageClassOf, volumePhase } from './volume-text.ts';

const RETIRED: Readonly<Record<string, string>> = {
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  if ((spec.persistentVolumeReclaimPolicy ?? '') === '') spec.persistentVolumeReclaimPolicy = 'Retain';
  spec.volumeMode ??= 'Filesystem';
  if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
  if (spec.iscsi !== undefined && !spec.iscsi.iscsiInterface) spec.iscsi.iscsiInterface = 'default';
  if (spec.rbd !== undefined) {
    spec.rbd.pool ||= 'rbd';
    spec.rbd.user ||= 'admin';
    spec.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (spec.azureDisk !== undefined) {
    spec.azureDisk.cachingMode ??= 'ReadWrite';
    spec.azureDisk.kind ??= 'Shared';
    spec.azureDisk.fsType ??= 'ext4';
    spec.azureDisk.readOnly ??= false;
  }
  if (spec.scaleIO !== undefined) {
    spec.scaleIO.storageMode ||= 'ThinProvisioned';
    spec.scaleIO.fsType ||= 'xfs';
  }
  draft.status ??= {};
  draft.status.phase ||= 'Pending';
}

function warnings(object: KubeObject): readonly string[] {
  const out: string[] = [...classAnnotationWarning(object, 'storageClassName')];
  if (object.spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    out.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  }
  const terms: readonly Json[] = object.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  for (const [i, term] of terms.entries()) {
    nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, out);
  }
  for (const [name, why] of Object.entries(RETIRED)) {
    if (object.spec?.[name] !== undefined) out.push(`spec.${name === 'storageos' ? 'storageOS' : name}: ${why}`);
  }
  return out;
}

function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validateVolume(object, errors);
  if (!deepEqual(volumeSource(object.spec), volumeSource(old.spec))) {
    const field = 'spec.persistentvolumesource';
    errors.forbidden(
      field,
      `${field} is immutable after creation\n${difference('io.k8s.api.core.v1.PersistentVolumeSpec', old.spec, object.spec, 'PersistentVolumeSource')}`,
    );
  }
  validateImmutable(object.spec.volumeMode, old.spec.volumeMode, 'volumeMode', errors);
  if (old.spec.nodeAffinity !== undefined && !deepEqual(old.spec.nodeAffinity, object.spec.nodeAffinity)) {
    errors.invalid(
      'spec.nodeAffinity',
      object.spec.nodeAffinity ?? null,
      'field is immutable, except for updating from beta label to GA',
    );
  }
}

/** When the phase last changed, unless the writer says so. */
function stampPhase(draft: Draft, old: KubeObject, context: StrategyContext): void {
  keepOld(draft, old, 'spec');
  const before = old.status?.lastPhaseTransitionTime;
  if (draft.status?.phase === old.status?.phase || (draft.status?.lastPhaseTransitionTime ?? before) !== before) return;
  draft.status = { ...draft.status, lastPhaseTransitionTime: rfc3339(context.clock.now()) };
}

function claim(object: KubeObject): string {
  const ref = object.spec?.claimRef;
  return ref === undefined ? '' : `${ref.namespace ?? ''}/${ref.name ?? ''}`;
}

export const persistentVolume = defineKind({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  returnsDeleted: true,
  defaults,
  create: {
    prepare(draft, context) {
      draft.status = { phase: 'Pending', lastPhaseTransitionTime: rfc3339(context.clock.now()) };
    },
    validate: validateVolume,
    warnings,
  },
  update: { prepare: (draft, old) => keepOld(draft, old, 'status'), validate: validateUpdate, warnings },
  status: { prepare: stampPhase },
  columns: [
    NAME,
    text('Capacity', (o) => o.spec?.capacity?.storage ?? ''),
    text('Access Modes', (o) => accessModesText(o.spec?.accessModes)),
    text('Reclaim Policy', (o) => o.spec?.persistentVolumeReclaimPolicy ?? ''),
    text('Status', volumePhase),
    text('Claim', claim),
    text('StorageClass', storageClassOf),
    text('VolumeAttributesClass', (o) => o.spec?.volumeAttributesClassName ?? '<unset>'),
    text('Reason', (o) => o.status?.reason ?? ''),
    AGE,
    wide('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>'),
  ],
});
