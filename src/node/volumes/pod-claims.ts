import type { Client } from '../../client/client.ts';
import { revisionOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { type ClaimOfPod, VolumeError } from './volume-manager.ts';

interface ClaimName {
  readonly volume: string;
  readonly claim: string;
}

const failed = ({ volume }: ClaimName, key: string, why: string): VolumeError =>
  new VolumeError(
    why,
    `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], ` +
      `failed to process volumes=[${volume}]: error processing PVC ${key}: ${why}`,
  );

/** Volumes of a pod that are claims, and the names of those. */
export function claimNamesOf(pod: KubeObject): ClaimName[] {
  const names: ClaimName[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim) names.push({ volume: name, claim: persistentVolumeClaim.claimName });
    else if (ephemeral) names.push({ volume: name, claim: `${pod.metadata.name}-${name}` });
  }
  return names;
}

/** The claim of a generic ephemeral volume is the pod's own, or not its at all. */
function isMeantForPod(pod: KubeObject, volume: string, claim: KubeObject): boolean {
  const ephemeral = (pod.spec.volumes ?? []).some(
    (each: { name: string; ephemeral?: object }) => each.name === volume && each.ephemeral,
  );
  if (!ephemeral) return true;
  const owners = claim.metadata.ownerReferences ?? [];
  return owners.some(({ uid, controller }) => controller === true && uid === pod.metadata.uid);
}

function checkClaim(pod: KubeObject, name: ClaimName, key: string, claim: KubeObject | undefined): KubeObject {
  if (claim === undefined) {
    const why = `failed to fetch PVC from API server: persistentvolumeclaims "${name.claim}" not found`;
    throw failed(name, key, why);
  }
  if (!isMeantForPod(pod, name.volume, claim)) {
    const { namespace, name: podName } = pod.metadata;
    throw failed(name, key, `PVC ${key} was not created for pod ${namespace}/${podName} (pod is not owner)`);
  }
  if (claim.metadata.deletionTimestamp !== undefined) throw failed(name, key, 'PVC is being deleted');
  if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName) throw failed(name, key, 'PVC is not bound');
  return claim;
}

const isGivenTo = (volume: KubeObject, claim: KubeObject): boolean => volume.spec.claimRef?.uid === claim.metadata.uid;

function checkVolume(name: ClaimName, key: string, claim: KubeObject, volume: KubeObject): KubeObject {
  if (isGivenTo(volume, claim)) return volume;
  const found = `found PV object ${volume.metadata.name} but`;
  const why =
    volume.spec.claimRef === undefined
      ? `${found} it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`
      : `${found} its pv.Spec.ClaimRef.UID ${volume.spec.claimRef.uid} does not point to claim.UID ${claim.metadata.uid}`;
  throw failed(name, key, why);
}

/**
 * The claims of pods that are to be mounted, as the API has them: a node that is behind would mount the volume of an earlier
 * claim of the name. Upstream asks for each claim and each volume; here the cache answers where it says the same: a claim that
 * was there when the pod was given to this node stays as long as the pod does.
 */
export class PodClaims {
  readonly #client: Client;
  readonly #lookup: Lookup;

  constructor(client: Client, lookup: Lookup) {
    this.#client = client;
    this.#lookup = lookup;
  }

  /** From the cache; null when it may be behind. Throws VolumeError while one of them cannot be used. */
  cached(pod: KubeObject): readonly ClaimOfPod[] | null {
    if (this.#lookup.claimsRevision() < revisionOf(pod)) return null;
    const { namespace = '' } = pod.metadata;
    const found: ClaimOfPod[] = [];
    for (const name of claimNamesOf(pod)) {
      const claim = checkClaim(pod, name, `${namespace}/${name.claim}`, this.#lookup.claim(namespace, name.claim));
      const volume = this.#lookup.volume(claim.spec.volumeName);
      if (volume === undefined || !isGivenTo(volume, claim)) return null;
      found.push({ name: name.volume, claim, volume });
    }
    return found;
  }

  /** From the API server. Rejects with VolumeError while one of them cannot be used. */
  live(pod: KubeObject): Promise<readonly ClaimOfPod[]> {
    return Promise.all(claimNamesOf(pod).map((name) => this.#liveClaim(pod, name)));
  }

  async #liveClaim(pod: KubeObject, name: ClaimName): Promise<ClaimOfPod> {
    const { namespace = '' } = pod.metadata;
    const key = `${namespace}/${name.claim}`;
    const fetched = await this.#client.get({ ...PERSISTENT_VOLUME_CLAIMS, namespace }, name.claim).catch((error) => {
      throw failed(name, key, `failed to fetch PVC from API server: ${(error as Error).message}`);
    });
    const claim = checkClaim(pod, name, key, fetched);
    const { volumeName } = claim.spec;
    const cached = this.#lookup.volume(volumeName);
    if (cached !== undefined && isGivenTo(cached, claim)) return { name: name.volume, claim, volume: cached };
    const volume = await this.#client.get(PERSISTENT_VOLUMES, volumeName).catch((error) => {
      throw failed(name, key, `failed to fetch PV ${volumeName} from API server: ${(error as Error).message}`);
    });
    return { name: name.volume, claim, volume: checkVolume(name, key, claim, volume) };
  }
}
