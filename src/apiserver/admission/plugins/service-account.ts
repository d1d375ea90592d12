import { nameSuffix, type Random } from '../../../base/random.ts';
import { forbidden } from '../../../schema/status.ts';
import { lookup } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;
const FILE_MODE = 420;

function tokenVolume(random: Random): { name: string } {
  const sources = [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ];
  return { name: `kube-api-access-${nameSuffix(random)}`, projected: { sources, defaultMode: FILE_MODE } } as {
    name: string;
  };
}

interface Mounting {
  volumeMounts?: { name: string; readOnly?: boolean; mountPath: string }[];
}

/** Gives a pod its ServiceAccount, that account's pull secrets, and the volume with its token (api.md 9). */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  operations: ['CREATE'],
  admit({ core, kind, namespace, name, object }) {
    const spec = object!.spec;
    if (object!.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
    spec.serviceAccountName ??= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const account = lookup(core, 'serviceaccounts', '', namespace, spec.serviceAccountName);
    if (account === null) {
      throw forbidden(
        kind.subject,
        name,
        `error looking up service account ${namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
      );
    }
    if ((spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
      spec.imagePullSecrets = account.imagePullSecrets;
    }
    if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) !== true) return;
    const containers: Mounting[] = [...(spec.initContainers ?? []), ...spec.containers];
    const lacking = containers.filter(
      ({ volumeMounts }) => !(volumeMounts ?? []).some((mount) => mount.mountPath === MOUNT_PATH),
    );
    if (lacking.length === 0) return;
    const volume = tokenVolume(core.random);
    for (const container of lacking) {
      container.volumeMounts = [
        ...(container.volumeMounts ?? []),
        { name: volume.name, readOnly: true, mountPath: MOUNT_PATH },
      ];
    }
    spec.volumes = [...(spec.volumes ?? []), volume];
  },
};
