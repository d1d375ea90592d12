import type { Informer } from '../../client/informer.ts';
import type { Pod } from './objects.ts';

/** Index of pods by the claims they mount, as `namespace/claim`. */
export const BY_CLAIM = 'claims';

export function addClaimIndex(pods: Informer<Pod>): void {
  pods.addIndex(BY_CLAIM, claimKeysOf);
}

/** Claims a pod mounts, generic ephemeral volumes included (their claim is named `<pod>-<volume>`). */
export function claimKeysOf(pod: Pod): readonly string[] {
  const keys: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined) {
      keys.push(`${pod.metadata.namespace}/${volume.persistentVolumeClaim.claimName}`);
    } else if (volume.ephemeral !== undefined) {
      keys.push(`${pod.metadata.namespace}/${pod.metadata.name}-${volume.name}`);
    }
  }
  return keys;
}
