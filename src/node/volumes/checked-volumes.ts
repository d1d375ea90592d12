import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { VolumeError, type VolumeManager } from './volume-manager.ts';

const failedClaim = (volume: string, claim: string, why: string): VolumeError =>
  new VolumeError(
    why,
    `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], ` +
      `failed to process volumes=[${volume}]: error processing PVC ${claim}: ${why}`,
  );

const failedSetUp = (volume: string, why: string): VolumeError =>
  new VolumeError(why, `MountVolume.SetUp failed for volume "${volume}" : ${why}`);

/** The claim of a generic ephemeral volume is the pod's own, or not its at all. */
function isMeantForPod(pod: KubeObject, volume: string, claim: KubeObject): boolean {
  const ephemeral = (pod.spec.volumes ?? []).some(
    (each: { name: string; ephemeral?: object }) => each.name === volume && each.ephemeral,
  );
  if (!ephemeral) return true;
  const owners = claim.metadata.ownerReferences ?? [];
  return owners.some(({ uid, controller }) => controller === true && uid === pod.metadata.uid);
}

/** The claim and volume behind a persistent volume of a pod. Throws VolumeError while they cannot be used. */
export function boundVolume(
  pod: KubeObject,
  volume: string,
  claimName: string,
  lookup: Lookup,
): { claim: KubeObject; volume: KubeObject } {
  const namespace = pod.metadata.namespace ?? '';
  const key = `${namespace}/${claimName}`;
  const claim = lookup.claim(namespace, claimName);
  if (claim === undefined) {
    throw failedClaim(
      volume,
      key,
      `failed to fetch PVC from API server: persistentvolumeclaims "${claimName}" not found`,
    );
  }
  if (!isMeantForPod(pod, volume, claim)) {
    throw failedClaim(
      volume,
      key,
      `PVC ${key} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  }
  if (claim.metadata.deletionTimestamp !== undefined) throw failedClaim(volume, key, 'PVC is being deleted');
  if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName) throw failedClaim(volume, key, 'PVC is not bound');
  const persistent = lookup.volume(claim.spec.volumeName);
  if (persistent === undefined) {
    throw failedClaim(
      volume,
      key,
      `failed to fetch PV ${claim.spec.volumeName} from API server: persistentvolumes "${claim.spec.volumeName}" not found`,
    );
  }
  return { claim, volume: persistent };
}

interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: volumes as stored
export function referencesOf(volume: any): Reference[] {
  // biome-ignore lint/suspicious/noExplicitAny: volume sources as stored
  const of = (source: any): Reference[] => [
    ...(source.configMap
      ? [{ kind: 'ConfigMap' as const, name: source.configMap.name, optional: source.configMap.optional === true }]
      : []),
    ...(source.secret
      ? [
          {
            kind: 'Secret' as const,
            name: source.secret.secretName ?? source.secret.name,
            optional: source.secret.optional === true,
          },
        ]
      : []),
  ];
  if (volume.projected) return (volume.projected.sources ?? []).flatMap(of);
  return volume.configMap || volume.secret ? of(volume) : [];
}

/** Throws VolumeError when a ConfigMap or Secret behind a volume is missing. */
// biome-ignore lint/suspicious/noExplicitAny: volumes as stored
export function checkReferences(pod: KubeObject, volume: any, lookup: Lookup): void {
  const namespace = pod.metadata.namespace ?? '';
  for (const { kind, name, optional } of referencesOf(volume)) {
    const found = kind === 'ConfigMap' ? lookup.configMap(namespace, name) : lookup.secret(namespace, name);
    if (found === undefined && !optional) {
      throw failedSetUp(volume.name, `${kind === 'ConfigMap' ? 'configmap' : 'secret'} "${name}" not found`);
    }
  }
}

/** The automatic API access volume of every pod: nothing in a simulated pod reads it. */
const API_ACCESS = /^kube-api-access-[a-z0-9]{5}$/;

/** Volumes of simulated pods: what they refer to must be there; nothing is made. */
export function checkedVolumes(lookup: Lookup): VolumeManager {
  return {
    prepare(pod) {
      for (const volume of pod.spec.volumes ?? []) {
        const claim =
          volume.persistentVolumeClaim?.claimName ??
          (volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined);
        if (claim !== undefined) boundVolume(pod, volume.name, claim, lookup);
        else if (!API_ACCESS.test(volume.name)) checkReferences(pod, volume, lookup);
      }
      return null;
    },
    mounts: async () => [],
    readFile: async () => null,
    teardown: async () => {},
    sourceChanged: () => {},
    stop: () => {},
  };
}
