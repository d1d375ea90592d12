import type { Lookup } from '../../node/lookup.ts';
import type { VolumeManager } from '../../node/volumes/volume-manager.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerWatch } from './container-watch.ts';

/** Names of the claims a pod refers to, those of its ephemeral volumes included. */
export function claimsOf(pod: KubeObject): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: volumes as stored
  return (pod.spec?.volumes ?? []).flatMap((volume: any) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName as string];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}

/** Tells which volumes are made ready for which pod on a node. */
export function observedVolumes(volumes: VolumeManager, containers: ContainerWatch, lookup: Lookup): VolumeManager {
  const mounted = (pod: KubeObject): void => {
    const { namespace, name, uid = '' } = pod.metadata;
    const claims = claimsOf(pod);
    const behind = claims.map((claim): string => lookup.claim(namespace ?? '', claim)?.spec.volumeName ?? '');
    containers.mounted(uid, `${namespace}/${name}`, claims, behind);
  };
  return {
    ...volumes,
    prepare(pod) {
      const waiting = volumes.prepare(pod);
      if (waiting === null) {
        mounted(pod);
        return null;
      }
      return waiting.then(() => mounted(pod));
    },
    async teardown(pod) {
      await volumes.teardown(pod);
      containers.unmounted(pod.metadata.uid ?? '');
    },
  };
}
