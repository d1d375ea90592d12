import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { lookupAll } from '../core.ts';
import type { AdmissionPlugin } from './plugin.ts';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const BETA_DEFAULT = 'storageclass.beta.kubernetes.io/is-default-class';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

const isDefault = ({ metadata: { annotations } }: KubeObject): boolean =>
  annotations?.[DEFAULT] === 'true' || annotations?.[BETA_DEFAULT] === 'true';

/** Newest first, then by name. */
function before(a: KubeObject, b: KubeObject): number {
  const age = parseTime(b.metadata.creationTimestamp) - parseTime(a.metadata.creationTimestamp);
  return age !== 0 ? age : (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** A claim that names no class gets the default one. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  operations: ['CREATE'],
  admit({ core, object }) {
    if (object!.spec?.storageClassName !== undefined) return;
    if (object!.metadata.annotations?.[BETA_CLASS] !== undefined) return;
    const [found] = lookupAll(core, 'storageclasses', 'storage.k8s.io', '').filter(isDefault).sort(before);
    if (found === undefined) return;
    object!.spec = { ...object!.spec, storageClassName: found.metadata.name };
  },
};
