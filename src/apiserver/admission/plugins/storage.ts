import { compareQuantity } from '../../../base/quantity.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { forbidden } from '../../../schema/status.ts';
import { lookup, lookupAll } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const BETA_DEFAULT_CLASS = 'storageclass.beta.kubernetes.io/is-default-class';

const isDefault = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[DEFAULT_CLASS] === 'true' || metadata.annotations?.[BETA_DEFAULT_CLASS] === 'true';

/** The newest of two default classes, then the first by name. */
function preferred(a: KubeObject, b: KubeObject): KubeObject {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x > y ? a : b;
  return a.metadata.name! < b.metadata.name! ? a : b;
}

/** DefaultStorageClass: a claim that names no class gets the default one. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  operations: ['CREATE'],
  admit({ core, object }) {
    const spec = object!.spec;
    if (spec === undefined || spec.storageClassName !== undefined) return;
    if (object!.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const defaults = lookupAll(core, 'storageclasses', 'storage.k8s.io', '').filter(isDefault);
    if (defaults.length > 0) spec.storageClassName = defaults.reduce(preferred).metadata.name;
  },
};

const PROTECTION: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

/** StorageObjectInUseProtection: claims and volumes carry the finalizer that keeps them while they are used. */
export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: Object.keys(PROTECTION),
  operations: ['CREATE'],
  admit({ kind, object }) {
    const finalizer = PROTECTION[kind.definition.plural]!;
    const finalizers: string[] = object!.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) object!.metadata.finalizers = [...finalizers, finalizer];
  },
};

/** PersistentVolumeClaimResize: only bound claims of a class that allows it may grow. */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  operations: ['UPDATE'],
  validate({ core, kind, name, object, old }) {
    const before = old!.spec.resources?.requests?.storage;
    const after = object!.spec.resources?.requests?.storage;
    if (before === undefined || after === undefined || compareQuantity(after, before) <= 0) return;
    if (old!.status?.phase !== 'Bound')
      throw forbidden(kind.subject, name, 'Only bound persistent volume claims can be expanded');
    const storageClass = lookup(core, 'storageclasses', 'storage.k8s.io', '', old!.spec.storageClassName ?? '');
    if (storageClass?.allowVolumeExpansion !== true) {
      throw forbidden(
        kind.subject,
        name,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    }
  },
};
