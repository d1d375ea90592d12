import type { AdmissionPlugin } from './plugin.ts';

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** Claims, volumes and attributes classes are not removed while something uses them. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: ['persistentvolumeclaims', 'persistentvolumes', 'volumeattributesclasses'],
  operations: ['CREATE'],
  admit({ kind, object }) {
    const finalizer = FINALIZERS[kind.definition.plural]!;
    const present: readonly string[] = object!.metadata.finalizers ?? [];
    if (!present.includes(finalizer)) object!.metadata.finalizers = [...present, finalizer];
  },
};
