import { compareQuantity } from '../../base/quantity.ts';
import { forbidden } from '../../schema/status.ts';
import { lookup } from '../core.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Claims grow only where their class says so. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  operations: ['UPDATE'],
  validate({ core, kind, name, object, old }) {
    const asked: string | undefined = object?.spec?.resources?.requests?.storage;
    const had: string | undefined = old?.spec?.resources?.requests?.storage;
    if (asked === undefined || had === undefined || compareQuantity(asked, had) <= 0) return;
    if (old?.status?.phase !== 'Bound') {
      throw forbidden(kind.subject, name, 'Only bound persistent volume claims can be expanded');
    }
    const className: string = object?.spec?.storageClassName ?? '';
    const storageClass = className === '' ? null : lookup(core, 'storageclasses', 'storage.k8s.io', '', className);
    if (storageClass?.allowVolumeExpansion !== true) {
      throw forbidden(
        kind.subject,
        name,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    }
  },
};
