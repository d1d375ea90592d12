import { nameSuffix, type Random } from '../../base/random.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, forbidden } from '../../schema/status.ts';
import { lookup } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const TOKEN_SECONDS = 3607;
const MIRROR = 'kubernetes.io/config.mirror';

interface Container {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

function accountOf(attributes: Attributes, name: string): KubeObject {
  const account = lookup(attributes.core, 'serviceaccounts', '', attributes.namespace, name);
  if (account !== null) return account;
  throw forbidden(
    attributes.kind.subject,
    attributes.name,
    `error looking up service account ${attributes.namespace}/${name}: serviceaccount "${name}" not found`,
  );
}

function wantsToken(pod: Draft, account: KubeObject): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function apiAccessVolume(name: string): object {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

function mountToken(pod: Draft, random: Random): void {
  const { spec } = pod;
  const lacking = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter(
    (container: Container) => !(container.volumeMounts ?? []).some((mount) => mount.mountPath === MOUNT_PATH),
  );
  if (lacking.length === 0) return;
  const present = (spec.volumes ?? []).find((volume: { name: string }) => volume.name.startsWith(VOLUME_PREFIX));
  const name: string = present?.name ?? VOLUME_PREFIX + nameSuffix(random);
  for (const container of lacking) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  }
  if (present === undefined) spec.volumes = [...(spec.volumes ?? []), apiAccessVolume(name)];
}

/** Every pod acts as a service account of its namespace, and gets its token. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  operations: ['CREATE'],
  admit(attributes) {
    const pod = attributes.object!;
    if (pod.metadata.annotations?.[MIRROR] !== undefined) {
      if ((pod.spec.serviceAccountName ?? '') !== '')
        throw badRequest('a mirror pod may not reference service accounts');
      return;
    }
    pod.spec ??= {};
    if ((pod.spec.serviceAccountName ?? '') === '') pod.spec.serviceAccountName = 'default';
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = accountOf(attributes, pod.spec.serviceAccountName);
    if (wantsToken(pod, account)) mountToken(pod, attributes.core.random);
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
      pod.spec.imagePullSecrets = account.imagePullSecrets;
    }
  },
};
